// What a model is taught with: photographs of this device and their objects, imported or drawn, kept for the next visit.
import { pictureBitmap } from '@seg/browser';

import { Annotations } from './annotations.js';
import { isForValidation, readCoco } from './coco-file.js';
import { attempt, counted, download, element, say } from './dom.js';
import { closeDrawing, connectDrawing, openDrawing, refreshDrawing } from './drawing.js';
import { keepPhotos, keptPhotos } from './kept-photos.js';
import { connectTraining, tellOfKept } from './training.js';

/** Longest side that is drawn on, by which a photograph without annotations is known. */
const MAX_SIDE = 1024;

const state = { photos: new Map(), validation: undefined };
const annotations = new Annotations();

export function connectTeaching(showTab) {
  connectDrawing(annotations, told);
  connectTraining(() => ({ ...state, annotations }), showTab);
  for (const [id, add] of Object.entries({ photos: addPhotos, annotations: importFiles })) {
    element(id).addEventListener('change', ({ target }) => {
      const files = [...target.files];
      target.value = '';
      void attempt(`${id}-status`, () => add(files));
    });
  }
  element('panel-teach').addEventListener('drop', (event) => {
    const files = [...event.dataTransfer.files];
    const [jsons, photos] = [true, false].map((isJson) => files.filter(({ name }) => /\.json$/i.test(name) === isJson));
    if (photos.length > 0) void attempt('photos-status', () => addPhotos(photos));
    if (jsons.length > 0) void attempt('annotations-status', () => importFiles(jsons));
  });
  element('clear-photos').addEventListener('click', () => {
    state.photos.clear();
    state.validation = undefined;
    annotations.clear();
    closeDrawing();
    listPhotos();
    told();
  });
  element('save-annotations').addEventListener('click', () =>
    attempt('annotations-status', () =>
      download('annotations.json', JSON.stringify(annotations.toCoco({ isMeasured: true })), 'application/json'),
    ),
  );
  void attempt('photos-status', comeBack);
}

/** Photographs, objects and the training of the visit before. */
async function comeBack() {
  const kept = await keptPhotos().catch(() => null);
  for (const [name, file] of kept?.photos ?? []) state.photos.set(name, file);
  const refused = [];
  try {
    if (kept?.coco) annotations.fromCoco(kept.coco);
  } catch (error) {
    refused.push(`the objects of the visit before: expected a COCO file, got ${error.message}`);
  }
  if (Array.isArray(kept?.validation?.images)) state.validation = kept.validation;
  listPhotos();
  told(refused);
  await tellOfKept();
}

/** Keeps all for the next visit; where there is no room, all else goes on. */
async function save() {
  try {
    const { photos, validation } = state;
    await keepPhotos({ photos: [...photos], coco: annotations.toCoco(), validation });
    say('kept-status', '');
  } catch ({ name, message }) {
    say('kept-status', `Not kept for the next visit (${message || name}). All else goes on.`, true);
  }
}

/** Adds those that the browser reads, and names the others. */
async function addPhotos(files) {
  const refused = [];
  for (const file of files) {
    try {
      const { width, height } = await sizeOf(file);
      state.photos.set(file.name, file);
      annotations.addImage(file.name, width, height);
    } catch (error) {
      refused.push(error.message);
    }
  }
  listPhotos(refused);
  told();
}

async function sizeOf(file) {
  const bitmap = await pictureBitmap(file, { maxSide: MAX_SIDE });
  const { width, height } = bitmap;
  bitmap.close();
  return { width, height };
}

/** Takes the objects of files that are COCO's, and names the others. */
async function importFiles(files) {
  const refused = [];
  for (const file of files) {
    try {
      const coco = await readCoco(file);
      if (isForValidation(file.name)) state.validation = coco;
      else annotations.fromCoco(coco);
    } catch (error) {
      refused.push(error.message);
    }
  }
  told(refused);
  refreshDrawing();
}

function sayWithRefused(id, text, refused) {
  say(id, [text, ...(refused.length > 0 ? [`Refused: ${refused.join('; ')}`] : [])].join(' '), refused.length > 0);
}

/** Tells of all objects, and keeps them. */
function told(refused = []) {
  const { images, objects, classes } = annotations.counts();
  const held =
    state.validation === undefined ? '' : ` ${counted(state.validation.images.length, 'photograph')} for validation.`;
  const names = classes.length > 0 ? `: ${classes.join(', ')}` : '';
  const counts = `${counted(objects, 'object')} in ${counted(images, 'photograph')}, ${counted(classes.length, 'class')}`;
  sayWithRefused('annotations-status', `${counts}${names}.${held}`, refused);
  void save();
}

function listPhotos(refused = []) {
  const { size } = state.photos;
  sayWithRefused('photos-status', size === 0 ? 'None yet.' : `${counted(size, 'photograph')}.`, refused);
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
    void openDrawing(file);
  });
  const line = document.createElement('li');
  line.append(button);
  return line;
}
