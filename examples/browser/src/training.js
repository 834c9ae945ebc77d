// The training of a model: its progress, its curve, what it finds meanwhile, and the model that it gives.
import { forgetTraining, keptTraining } from '@seg/browser';
import { drawOnCanvas } from '@seg/image';
import { zipSync } from 'fflate';

import { attempt, counted, download, duration, element, kB, say } from './dom.js';
import { drawCurve } from './loss-curve.js';
import { toImageData } from './pixels.js';
import { askToTrain, chosenPlace, session } from './session.js';

/** Name of the training in the page's database. */
const TRAINING = 'page';

const state = { losses: [], files: null, categories: [] };

/** @param given Function that gives `{ photos, validation, annotations }` to learn from */
export function connectTraining(given, showTab) {
  element('train').addEventListener('click', () => attempt('train-status', () => train(given())));
  element('stop-train').addEventListener('click', () =>
    attempt('train-status', () => session.segmenter.stopTraining()),
  );
  element('forget').addEventListener('click', () =>
    attempt('train-status', async () => {
      await forgetTraining(TRAINING);
      element('forget').hidden = true;
      say('train-status', 'The next training begins anew.');
    }),
  );
  element('save-model').addEventListener('click', () =>
    download('model.zip', zipSync(state.files, { level: 0 }), 'application/zip'),
  );
  element('use-model').addEventListener('click', () => showTab('tab-picture'));
}

/** Tells of the training of the visit before. */
export async function tellOfKept() {
  const training = await keptTraining(TRAINING).catch(() => null);
  if (training === null || session.isTraining) return;
  element('forget').hidden = false;
  say(
    'train-status',
    `A training of ${counted(training.steps, 'step')} is kept: “Train” goes on with it where nothing was changed.`,
  );
}

async function train({ photos, validation, annotations }) {
  const place = chosenPlace();
  if (place === null) throw new Error('Choose a model to start from, above.');
  const coco = annotations.toCoco({ onlyWithObjects: true });
  if (coco.annotations.length === 0) throw new Error('Import or draw some objects first.');
  const pictures = [...photos].map(([name, picture]) => ({ name, picture }));
  const options = {
    steps: Number(element('steps').value),
    size: Number(element('size').value),
    freezeBackbone: element('freeze').checked,
    isNew: ['model/', 'start/'].includes(element('model').value), // which have seen generated scenes alone
  };
  setTraining(true);
  state.categories = coco.categories.map(({ name }) => ({ name }));
  element('validation-pictures').replaceChildren();
  state.losses = [];
  element('validations').replaceChildren();
  try {
    const backend = element('backend').value;
    const call = {
      place,
      backend,
      pictures,
      annotations: coco,
      validation,
      storage: TRAINING,
      options,
    };
    const { files, reason, step } = await askToTrain((segmenter) =>
      segmenter.finetune(call, { onNews: (news) => hear(news, options) }),
    );
    state.files = files;
    session.loaded();
    say('train-status', `${reason === 'finished' ? 'Done' : `Ended (${reason})`} behind ${counted(step, 'step')}.`);
    say('model-status', `the model that was taught, ${session.segmenter.categories.length} classes`);
    element('save-model').hidden = element('use-model').hidden = false;
  } finally {
    setTraining(false);
  }
}

function setTraining(isTraining) {
  element('train').disabled = isTraining;
  element('stop-train').hidden = !isTraining;
  element('forget').hidden = isTraining;
  element('train-progress').hidden = !isTraining;
  if (isTraining) say('train-status', 'Reading the photographs …');
}

function hear(news, { steps }) {
  switch (news.type) {
    case 'download':
      say('train-status', `${news.file}: ${kB(news.loaded)}${news.total ? ` of ${kB(news.total)}` : ''}`);
      break;
    case 'data':
      say('train-status', `${counted(news.training, 'photograph')} to learn from, ${news.validation} for validation.`);
      break;
    case 'continued':
      say('train-status', `Going on behind step ${news.step}.`);
      break;
    case 'anew':
      say(
        'kept-training',
        `Begun anew: the ${counted(news.step, 'step')} that were kept had another ${news.changed.join(', ')}.`,
      );
      break;
    case 'unkept':
      say('kept-training', `A reload would lose this training: ${news.message}.`, true);
      break;
    case 'checkpoint':
      say('kept-training', '');
      break;
    case 'step': {
      state.losses.push([news.step, news.loss]);
      Object.assign(element('train-progress'), { max: steps, value: news.step + 1 });
      const left = duration(news.secondsLeft);
      say('train-status', `Step ${news.step + 1} of ${steps}, loss ${news.loss.toFixed(2)}, about ${left} left.`);
      drawCurve(state.losses, steps);
      break;
    }
    case 'validation': {
      const numbers = Object.entries(news.metrics).slice(0, 3);
      const line = document.createElement('li');
      line.textContent = `Step ${news.step}: ${numbers.map(([name, value]) => `${name} ${value.toFixed(1)}`).join(', ')}${news.isBest ? ', the best so far' : ''}`;
      element('validations').append(line);
      break;
    }
    case 'picture':
      showValidation(news);
      break;
    case 'warning':
      say('train-status', news.message);
      break;
    default: // what a later version of the library tells
  }
}

/** A photograph of the validation with what is found in it so far. */
function showValidation({ index, name, image, map }) {
  const place = element('validation-pictures');
  while (place.children.length <= index) {
    const figure = document.createElement('figure');
    figure.append(document.createElement('canvas'), document.createElement('figcaption'));
    place.append(figure);
  }
  const [canvas, caption] = place.children[index].children;
  Object.assign(canvas, { width: image.width, height: image.height });
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', `${name} with ${counted(map.segments.length, 'object')} found`);
  caption.textContent = `${name}: ${counted(map.segments.length, 'object')} found`;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.putImageData(toImageData(image), 0, 0);
  drawOnCanvas(context, map, state.categories, { labels: false });
}
