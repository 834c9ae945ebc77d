// One photograph: from the disk, the clipboard, the camera or a generator; its segments, their names, and files of them.
import { pictureBitmap } from '@seg/browser';
import { encodePanopticPng, segmentAt, segmentColors } from '@seg/image';

import { resultToCoco } from './coco.js';
import { attempt, counted, download, element, say } from './dom.js';
import { drawSoon, onDrawn, setMap, setPicture } from './drawer.js';
import { Latest } from './latest.js';
import { toImageData } from './pixels.js';
import { ask, ensureModel, session } from './session.js';
import { TASKS } from './tasks.js';
import { toMap } from './to-map.js';

/** Longest side that is shown and segmented: more pixels than most models look at. */
const MAX_SIDE = 1024;

const FIRST_SEED = 2_000_000_000; // behind the seeds of all splits

/** A map, and the categories of the model that gave it: another may be loaded since. */
const NO_ANSWER = { map: null, categories: [], highlight: null };
const state = { source: null, name: 'scene', seed: FIRST_SEED, ...NO_ANSWER };
const opening = new Latest('status');
const segmenting = new Latest('status', () => {
  element('cancel-segment').hidden = true;
});

export function connectPicture(showTab) {
  session.onLoad(({ tasks }) => {
    element('task').replaceChildren(...tasks.map((task) => new Option(TASKS[task], task)));
    if (state.source !== null) void segment();
  });
  for (const id of ['file', 'take']) {
    element(id).addEventListener('change', ({ target }) => {
      if (target.files.length > 0) void open(target.files[0]);
      target.value = '';
    });
  }
  connectDrop(showTab);
  element('scene').addEventListener('click', () =>
    attempt('status', async () => {
      const { generateScene } = await import('@seg/data/scenes');
      void open(toImageData(generateScene({ seed: state.seed++ }).image), 'scene.png');
    }),
  );
  element('cancel-segment').addEventListener('click', () => segmenting.cancel());
  element('task').addEventListener('change', () => void segment());
  element('threshold').addEventListener('input', ({ target }) => {
    element('threshold-value').value = Number(target.value).toFixed(2);
  });
  element('threshold').addEventListener('change', () => void segment());
  for (const id of ['show-fill', 'show-labels']) element(id).addEventListener('change', draw);
  onDrawn((image) => {
    const canvas = element('picture');
    if (canvas.width === image.width && canvas.height === image.height) canvas.getContext('2d').drawImage(image, 0, 0);
  });
  connectHover();
  connectFiles();
}

function connectDrop(showTab) {
  const over = (isOver) => element('drop').classList.toggle('over', isOver);
  addEventListener('dragover', (event) => {
    event.preventDefault(); // a browser would open the picture in the place of the page
    over(true);
  });
  addEventListener('dragleave', () => over(false));
  addEventListener('drop', (event) => {
    event.preventDefault();
    over(false);
    const [file] = event.dataTransfer.files;
    if (file === undefined || !element('panel-teach').hidden) return;
    showTab('tab-picture');
    void open(file);
  });
  addEventListener('paste', ({ clipboardData }) => {
    const [file] = clipboardData?.files ?? [];
    if (file === undefined) return;
    showTab('tab-picture');
    void open(file);
  });
}

/** Shows a picture at once and segments it. */
function open(picture, name = picture.name ?? 'picture.png') {
  return opening.run(async (signal) => {
    const bitmap = await pictureBitmap(picture, { maxSide: MAX_SIDE, signal });
    segmenting.drop(); // its answer is of the picture before
    state.source?.close();
    Object.assign(state, { source: bitmap, name, ...NO_ANSWER });
    const { width, height } = bitmap;
    Object.assign(element('picture'), { width, height });
    element('result').hidden = false;
    setPicture(bitmap);
    draw();
    listSegments();
    if (session.isLoaded) await segment();
    else await ensureModel(); // which segments what is open
  });
}

async function segment() {
  if (state.source === null) return;
  await segmenting.run(async (signal) => {
    if (!(await ensureModel())) return;
    signal.throwIfAborted(); // the model that was loaded has segmented it
    element('cancel-segment').hidden = false;
    say('status', 'Segmenting …');
    const { categories, things } = session.segmenter;
    const [task, threshold] = [element('task').value, Number(element('threshold').value)];
    const started = performance.now();
    const found = await ask((segmenter) => segmenter.segment(state.source, { task, threshold, signal }));
    const map = await toMap(found, { threshold, things });
    signal.throwIfAborted();
    Object.assign(state, { map, categories });
    setMap(map, categories);
    const seconds = (performance.now() - started) / 1000;
    say('status', `${counted(map.segments.length, 'segment')} in ${seconds.toFixed(2)} s.`);
    draw();
    listSegments();
  });
}

function draw() {
  if (state.source === null) return;
  const [fill, labels] = ['show-fill', 'show-labels'].map((id) => element(id).checked);
  drawSoon({ fill, labels, highlight: state.highlight });
}

function listSegments() {
  const { map, categories } = state;
  const list = element('segments');
  if (map === null) {
    list.replaceChildren();
    return;
  }
  const colors = segmentColors(
    map.segments,
    categories.map(({ color }) => color),
  );
  const byScore = [...map.segments].sort((a, b) => b.area - a.area);
  list.replaceChildren(...byScore.map((one) => segmentLine(one, colors.get(one.id), map)));
}

function segmentLine({ id, category, score, area }, color, { width, height }) {
  const button = document.createElement('button');
  button.type = 'button';
  const swatch = Object.assign(document.createElement('span'), { className: 'swatch' });
  swatch.style.background = `rgb(${color.join(' ')})`;
  const share = ((100 * area) / (width * height)).toFixed(1);
  const name = state.categories[category].name;
  const note = Object.assign(document.createElement('span'), { className: 'score' });
  note.textContent = `${Math.round(100 * score)} %, ${share} % of it`;
  button.append(swatch, name, note);
  button.setAttribute(
    'aria-label',
    `${name}, score ${Math.round(100 * score)} percent, ${share} percent of the picture`,
  );
  for (const [event, shown] of Object.entries({ mouseenter: id, focus: id, mouseleave: null, blur: null })) {
    button.addEventListener(event, () => highlight(shown));
  }
  const line = document.createElement('li');
  line.append(button);
  return line;
}

function highlight(id) {
  if (state.highlight === id) return;
  state.highlight = id;
  draw();
}

function connectHover() {
  const canvas = element('picture');
  canvas.addEventListener('pointermove', ({ offsetX, offsetY }) => {
    if (state.map === null) return;
    const { map, categories } = state;
    const scale = map.width / canvas.clientWidth;
    const found = segmentAt(map, offsetX * scale, offsetY * scale);
    highlight(found?.id ?? null);
    element('hover').textContent = found
      ? `${categories[found.category].name}, ${Math.round(100 * found.score)} %`
      : 'No segment here.';
  });
  canvas.addEventListener('pointerleave', () => highlight(null));
}

const stem = () => state.name.replace(/\.[^.]*$/, '');

function connectFiles() {
  element('save-png').addEventListener('click', () =>
    element('picture').toBlob((blob) => download(`${stem()}-segments.png`, blob)),
  );
  element('save-masks').addEventListener('click', () => {
    if (state.map !== null) download(`${stem()}-masks.png`, encodePanopticPng(state.map), 'image/png');
  });
  element('save-coco').addEventListener('click', () => {
    if (state.map === null) return;
    const json = resultToCoco(state.map, state.categories, state.name);
    download(`${stem()}.json`, JSON.stringify(json), 'application/json');
  });
}
