// The worker and the model in it.
import { createSegmenterWorker } from '@seg/browser';

import { attempt, element, kB, say } from './dom.js';

/** The worker that all panels share; a new one where the last has died. */
export const session = {
  segmenter: createSegmenterWorker(),
  /** Address, name or files of the model that is loaded or to be loaded. */
  place: null,
  isLoaded: false,
  listeners: [],
  /** Calls back at every model that is loaded. */
  onLoad(listen) {
    this.listeners.push(listen);
  },
  loaded() {
    this.isLoaded = true;
    for (const listen of this.listeners) listen(this.segmenter);
  },
};

let loading = null;

/** Loads the model that is chosen, unless it is there. */
export async function ensureModel() {
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
  session.isLoaded = false;
  try {
    const { loaded } = await session.segmenter.load(place, {
      backend: element('backend').value,
      signal: controller.signal,
      onProgress: ({ file, loaded: bytes, total }) => {
        if (total) Object.assign(bar, { max: total, value: bytes });
        else bar.removeAttribute('value');
        say('model-status', `${file}: ${kB(bytes)}${total ? ` of ${kB(total)}` : ''}`);
      },
    });
    session.place = place;
    const { config, categories, backend } = loaded;
    say('model-status', `${config.model}, ${categories.length} classes, on ${backend.description}`);
    session.loaded();
  } catch (error) {
    if (/worker that runs/.test(error.message)) session.segmenter = createSegmenterWorker();
    throw error;
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
      session.isLoaded = false;
      show();
    });
  }
  element('model-form').addEventListener('submit', (event) => {
    event.preventDefault();
    session.isLoaded = false;
    if (loading === null) loadChosen();
  });
  show();
}
