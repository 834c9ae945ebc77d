// A model taught on photographs of this device: import or draw their objects, train, go on behind a reload, save the model.
import { forgetTraining, keptTraining, pictureBitmap } from '@seg/browser';
import { drawOnCanvas } from '@seg/image';
import { zipSync } from 'fflate';

import { Annotations } from './annotations.js';
import { attempt, counted, download, duration, element, kB, say } from './dom.js';
import { connectDrawing, openDrawing } from './drawing.js';
import { keepPhotos, keptPhotos } from './kept-photos.js';
import { toImageData } from './pixels.js';
import { chosenPlace, session } from './session.js';

/** Name of the training in the page's database. */
const TRAINING = 'page';

const state = { photos: new Map(), validation: undefined, losses: [], files: null, isTraining: false };
const annotations = new Annotations();

export function connectTeaching(showTab) {
  connectDrawing(annotations, told);
  element('photos').addEventListener('change', ({ target }) => {
    const files = [...target.files];
    target.value = '';
    void attempt('photos-status', () => addPhotos(files));
  });
  element('panel-teach').addEventListener('drop', (event) => {
    const files = [...event.dataTransfer.files];
    void attempt('photos-status', () => addPhotos(files.filter(({ type }) => type.startsWith('image/'))));
    void attempt('annotations-status', () => importFiles(files.filter(({ name }) => name.endsWith('.json'))));
  });
  element('clear-photos').addEventListener('click', async () => {
    state.photos.clear();
    state.validation = undefined;
    annotations.clear();
    await save();
    listPhotos();
    told();
  });
  element('annotations').addEventListener('change', ({ target }) => {
    const files = [...target.files];
    target.value = '';
    void attempt('annotations-status', () => importFiles(files));
  });
  element('save-annotations').addEventListener('click', () =>
    download('annotations.json', JSON.stringify(annotations.toCoco()), 'application/json'),
  );
  element('train').addEventListener('click', () => attempt('train-status', train));
  element('stop-train').addEventListener('click', () => session.segmenter.stopTraining());
  element('forget').addEventListener('click', async () => {
    await forgetTraining(TRAINING);
    element('forget').hidden = true;
    say('train-status', 'The next training begins anew.');
  });
  element('save-model').addEventListener('click', () =>
    download('model.zip', zipSync(state.files, { level: 0 }), 'application/zip'),
  );
  element('use-model').addEventListener('click', () => showTab('tab-picture'));
  void comeBack();
}

/** Photographs, objects and the training of the visit before. */
async function comeBack() {
  const kept = await keptPhotos().catch(() => null);
  for (const [name, file] of kept?.photos ?? []) state.photos.set(name, file);
  if (kept?.coco) annotations.fromCoco(kept.coco);
  state.validation = kept?.validation;
  listPhotos();
  told();
  const training = await keptTraining(TRAINING).catch(() => null);
  if (training === null) return;
  element('forget').hidden = false;
  say('train-status', `A training of ${counted(training.steps, 'step')} is kept: “Train” goes on with it.`);
}

const save = () =>
  keepPhotos({ photos: [...state.photos], coco: annotations.toCoco(), validation: state.validation }).catch(() => {});

async function addPhotos(files) {
  for (const file of files) {
    state.photos.set(file.name, file);
    const { width, height } = await sizeOf(file);
    annotations.addImage(file.name, width, height);
  }
  await save();
  listPhotos();
  told();
}

async function sizeOf(file) {
  const bitmap = await pictureBitmap(file, { maxSide: 1024 });
  const { width, height } = bitmap;
  bitmap.close();
  return { width, height };
}

async function importFiles(files) {
  for (const file of files) {
    const json = JSON.parse(await file.text());
    if (/val/i.test(file.name)) state.validation = json;
    else annotations.fromCoco(json);
  }
  await save();
  told();
}

function told() {
  const { images, objects, classes } = annotations.counts();
  const held =
    state.validation === undefined ? '' : ` ${counted(state.validation.images.length, 'photograph')} for validation.`;
  const names = classes.length > 0 ? `: ${classes.join(', ')}` : '';
  say(
    'annotations-status',
    `${counted(objects, 'object')} in ${counted(images, 'photograph')}, ${counted(classes.length, 'class')}${names}.${held}`,
  );
  void save();
}

function listPhotos() {
  say('photos-status', state.photos.size === 0 ? 'None yet.' : `${counted(state.photos.size, 'photograph')}.`);
  element('photo-list').replaceChildren(...[...state.photos].map(([name, file]) => photoButton(name, file)));
}

function photoButton(name, file) {
  const image = Object.assign(new Image(), { src: URL.createObjectURL(file), alt: name, loading: 'lazy' });
  image.onload = () => URL.revokeObjectURL(image.src);
  const button = Object.assign(document.createElement('button'), { type: 'button', title: name });
  button.setAttribute('aria-pressed', 'false');
  button.append(image);
  button.addEventListener('click', () => {
    for (const one of element('photo-list').querySelectorAll('button')) one.setAttribute('aria-pressed', 'false');
    button.setAttribute('aria-pressed', 'true');
    void attempt('drawing-status', () => openDrawing(file));
  });
  const line = document.createElement('li');
  line.append(button);
  return line;
}

async function train() {
  const place = chosenPlace();
  if (place === null) throw new Error('Choose a model to start from, above.');
  const coco = annotations.toCoco({ onlyWithObjects: true });
  if (coco.annotations.length === 0) throw new Error('Import or draw some objects first.');
  const pictures = [...state.photos].map(([name, picture]) => ({ name, picture }));
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
      validation: state.validation,
      storage: TRAINING,
      options,
    };
    const { files, reason, step } = await session.segmenter.finetune(call, { onNews: (news) => hear(news, options) });
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
  state.isTraining = isTraining;
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
    case 'step': {
      state.losses.push([news.step, news.loss]);
      Object.assign(element('train-progress'), { max: steps, value: news.step + 1 });
      const left = duration(news.secondsLeft);
      say('train-status', `Step ${news.step + 1} of ${steps}, loss ${news.loss.toFixed(2)}, about ${left} left.`);
      drawCurve(steps);
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
    default: // a checkpoint
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

function drawCurve(steps) {
  const canvas = element('curve');
  canvas.hidden = false;
  const context = canvas.getContext('2d');
  const { width, height } = canvas;
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  const most = Math.max(...state.losses.map(([, loss]) => loss));
  const x = (step) => 40 + ((width - 50) * step) / steps;
  const y = (loss) => height - 24 - ((height - 40) * loss) / most;
  context.strokeStyle = '#1f5fd0';
  context.lineWidth = 2;
  context.beginPath();
  for (const [step, loss] of state.losses) context.lineTo(x(step), y(loss));
  context.stroke();
  context.fillStyle = '#444';
  context.font = '12px system-ui';
  context.fillText(most.toFixed(1), 6, y(most) + 4);
  context.fillText('0', 6, y(0) + 4);
  context.fillText(`step ${steps}`, width - 64, height - 6);
  canvas.setAttribute(
    'aria-label',
    `Loss by step: ${state.losses.at(-1)[1].toFixed(2)} at step ${state.losses.at(-1)[0] + 1}`,
  );
}
