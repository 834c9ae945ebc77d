// The worker and the model in it.
import { createSegmenterWorker } from '@seg/browser';

import { attempt, element, kB, say } from './dom.js';

/** Message of calls to a worker that is gone. */
const GONE = /expected a worker that runs/;

/** What other panels hear while a model is taught: the worker holds no other model meanwhile. */
const TRAINS = 'A training runs: stop it, or wait for its end.';

/** The worker that all panels share; a new one where the last has died. */
export const session = {
  segmenter: createSegmenterWorker(),
  isTraining: false,
  /** False where another model was chosen since the last was loaded. */
  isChosen: false,
  /** True once the worker had a model: one that has none any more is gone, or has lost it in a training. */
  hadModel: false,
  listeners: [],
  get isLoaded() {
    return this.isChosen && holdsModel(this.segmenter);
  },
  /** Calls back at every model that is loaded. */
  onLoad(listen) {
    this.listeners.push(listen);
  },
  loaded() {
    this.isChosen = this.hadModel = true;
    for (const listen of this.listeners) listen(this.segmenter);
  },
};

let loading = null;

function holdsModel(segmenter) {
  try {
    return segmenter.loaded !== undefined;
  } catch {
    return false; // none yet, one that a training has taken, or a worker that is gone
  }
}

/** Asks the worker, which is replaced where it is gone. @throws Error while a training runs */
export async function ask(work) {
  if (session.isTraining) throw new Error(TRAINS);
  try {
    return await askLiving(work);
  } catch (error) {
    if (session.isTraining && error.name !== 'AbortError') throw new Error(TRAINS, { cause: error }); // it has taken the model
    throw error;
  }
}

/** Lets the worker train. Whether it holds a model behind it is asked of the worker, however the training ends. */
export async function askToTrain(work) {
  if (loading !== null) throw new Error('A model is loaded: wait for its end, or cancel it.');
  session.isTraining = element('load').disabled = true;
  say('model-status', 'A training runs: photographs and videos wait for its end.');
  try {
    return await askLiving(work);
  } catch (error) {
    const holds = holdsModel(session.segmenter);
    if (!GONE.test(error.message)) {
      session.hadModel = holds;
      say('model-status', holds ? 'The model is the one of before.' : 'No model is loaded: the next answer loads it.');
    }
    throw error;
  } finally {
    session.isTraining = element('load').disabled = false;
  }
}

async function askLiving(work) {
  if (session.hadModel && !holdsModel(session.segmenter)) replaceWorker();
  const { segmenter } = session;
  try {
    return await work(segmenter);
  } catch (error) {
    if (GONE.test(error.message) && session.segmenter === segmenter) replaceWorker();
    throw error;
  }
}

function replaceWorker() {
  session.segmenter.dispose();
  session.segmenter = createSegmenterWorker();
  session.hadModel = false;
  say('model-status', 'The worker has ended, and a new one was started: the next answer loads the model again.', true);
}

/** Loads the model that is chosen, unless it is there. @throws Error while a training runs */
export async function ensureModel() {
  if (session.isTraining) throw new Error(TRAINS);
  if (session.isLoaded) return true;
  await (loading ?? loadChosen());
  return session.isLoaded;
}

function loadChosen() {
  loading = attempt('model-status', load).finally(() => {
    loading = null;
  });
  return loading;
}

/** Address, name or files of what is chosen; null where nothing is yet. */
export function chosenPlace() {
  const choice = element('model').value;
  if (choice === 'hub') return element('hub').value.trim() || null;
  if (choice === 'folder') return element('folder').files.length > 0 ? [...element('folder').files] : null;
  return new URL(choice, location.href).href;
}

async function load() {
  const place = chosenPlace();
  if (place === null) throw new Error('Choose a folder, or type a name.');
  const controller = new AbortController();
  const cancel = () => controller.abort();
  const [bar, button] = [element('load-progress'), element('cancel-load')];
  button.addEventListener('click', cancel);
  bar.hidden = button.hidden = false;
  element('load').disabled = true;
  bar.removeAttribute('value');
  say('model-status', 'Starting the worker …');
  session.isChosen = false;
  try {
    const options = {
      backend: element('backend').value,
      signal: controller.signal,
      onProgress: ({ file, loaded: bytes, total }) => {
        if (total) Object.assign(bar, { max: total, value: bytes });
        else bar.removeAttribute('value');
        say('model-status', `${file}: ${kB(bytes)}${total ? ` of ${kB(total)}` : ''}`);
      },
    };
    const { loaded } = await ask((segmenter) => segmenter.load(place, options));
    const { config, categories, backend } = loaded;
    say('model-status', `${config.model}, ${categories.length} classes, on ${backend.description}`);
    session.loaded();
  } finally {
    button.removeEventListener('click', cancel);
    bar.hidden = button.hidden = true;
    element('load').disabled = false;
  }
}

export function connectModel() {
  const show = () => {
    element('hub-label').hidden = element('model').value !== 'hub';
    element('folder-label').hidden = element('model').value !== 'folder';
  };
  for (const id of ['model', 'backend']) {
    element(id).addEventListener('change', () => {
      session.isChosen = false;
      show();
    });
  }
  element('model-form').addEventListener('submit', (event) => {
    event.preventDefault();
    session.isChosen = false;
    if (loading === null) loadChosen();
  });
  show();
}
