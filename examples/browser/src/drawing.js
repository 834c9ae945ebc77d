// Objects drawn on a photograph: kept proposals of the model, brush, eraser, polygon.
import { pictureBitmap } from '@seg/browser';
import { decodeRle, encodeRle, formatRle, parseRle, polygonsToRle } from '@seg/coco-eval';
import { drawSegments, segmentAt } from '@seg/image';

import { attempt, element, say } from './dom.js';
import { toMap } from './picture-panel.js';
import { ensureModel, session } from './session.js';

/** Longest side that is drawn on. */
const MAX_SIDE = 1024;

/** Objects that can be taken back. */
const MOST_UNDO = 50;

const state = {
  name: null,
  bitmap: null,
  image: null,
  objects: [],
  current: -1,
  proposals: null,
  corners: [],
  undo: [],
};
let annotations = null;
let changed = () => {};

export function connectDrawing(given, onChange) {
  [annotations, changed] = [given, onChange];
  const canvas = element('drawing-canvas');
  canvas.addEventListener('pointerdown', down);
  canvas.addEventListener('pointermove', move);
  for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, endStroke);
  canvas.addEventListener('dblclick', closePolygon);
  canvas.addEventListener('keydown', ({ key }) => {
    if (key === 'Enter') closePolygon();
    if (key === 'Escape') Object.assign(state, { corners: [] });
    draw();
  });
  element('new-object').addEventListener('click', startObject);
  element('undo').addEventListener('click', undo);
  element('propose').addEventListener('click', () => attempt('drawing-status', propose));
  element('tool').addEventListener('change', () => {
    state.corners = [];
    draw();
  });
}

/** Opens a photograph to draw on. */
export async function openDrawing(file) {
  const bitmap = await pictureBitmap(file, { maxSide: MAX_SIDE });
  state.bitmap?.close();
  const { width, height } = bitmap;
  annotations.addImage(file.name, width, height);
  const image = annotations.images.get(file.name);
  const objects = image.objects.map((object) => ({ ...object, mask: maskOf(object, image, width, height) }));
  Object.assign(state, {
    name: file.name,
    bitmap,
    image,
    objects,
    current: -1,
    proposals: null,
    corners: [],
    undo: [],
  });
  Object.assign(element('drawing-canvas'), { width, height });
  element('drawing').hidden = false;
  say('drawing-status', `${file.name}: ${objects.length} objects.`);
  draw();
}

/** Mask of an annotation at the size that is drawn on. */
function maskOf({ segmentation }, { width, height }, wide, tall) {
  const from = { width: width ?? wide, height: height ?? tall };
  const rle = Array.isArray(segmentation)
    ? polygonsToRle(segmentation, from.height, from.width)
    : parseRle(segmentation);
  const mask = decodeRle(rle);
  if (from.width === wide && from.height === tall) return mask;
  const scaled = new Uint8Array(wide * tall);
  for (let y = 0; y < tall; y++) {
    const row = Math.floor(((y + 0.5) * from.height) / tall) * from.width;
    for (let x = 0; x < wide; x++) scaled[y * wide + x] = mask[row + Math.floor(((x + 0.5) * from.width) / wide)];
  }
  return scaled;
}

function startObject() {
  state.current = -1;
  state.corners = [];
  say('drawing-status', 'A new object begins with the next stroke.');
  draw();
}

/** The object that strokes go to. */
function currentObject() {
  const { width, height } = element('drawing-canvas');
  if (state.current < 0) {
    const category_id = annotations.categoryOf(element('class-name').value.trim() || 'object');
    state.objects.push({ category_id, iscrowd: 0, mask: new Uint8Array(width * height) });
    state.current = state.objects.length - 1;
  }
  return state.objects[state.current];
}

function remember() {
  state.undo.push(state.objects.map((object) => ({ ...object, mask: object.mask.slice() })));
  if (state.undo.length > MOST_UNDO) state.undo.shift();
}

function undo() {
  const before = state.undo.pop();
  if (before === undefined) return;
  Object.assign(state, { objects: before, current: -1 });
  store();
}

function place({ offsetX, offsetY }) {
  const canvas = element('drawing-canvas');
  const scale = canvas.width / canvas.clientWidth;
  return [offsetX * scale, offsetY * scale];
}

function down(event) {
  if (state.bitmap === null) return;
  const [x, y] = place(event);
  const tool = element('tool').value;
  if (tool === 'polygon') {
    state.corners.push(x, y);
    draw();
  } else if (tool === 'keep') keepProposal(x, y);
  else {
    remember();
    event.target.setPointerCapture(event.pointerId);
    paint(x, y, tool);
  }
}

function move(event) {
  const tool = element('tool').value;
  if (event.buttons === 1 && (tool === 'brush' || tool === 'erase')) paint(...place(event), tool);
}

function paint(x, y, tool) {
  const { width, height } = element('drawing-canvas');
  const radius = Number(element('brush-size').value) / 2;
  const value = tool === 'brush' ? 1 : 0;
  const { mask } = currentObject();
  for (let row = Math.max(0, Math.floor(y - radius)); row < Math.min(height, y + radius); row++) {
    for (let column = Math.max(0, Math.floor(x - radius)); column < Math.min(width, x + radius); column++) {
      if ((column - x) ** 2 + (row - y) ** 2 <= radius ** 2) mask[row * width + column] = value;
    }
  }
  state.isStroke = true;
  const context = element('drawing-canvas').getContext('2d'); // a dot at once; all of it when the stroke ends
  context.fillStyle = tool === 'brush' ? 'rgb(31 95 208 / 60%)' : 'rgb(255 255 255 / 60%)';
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

function endStroke() {
  if (!state.isStroke) return;
  state.isStroke = false;
  store();
}

function closePolygon() {
  if (state.corners.length < 6) return;
  const { width, height } = element('drawing-canvas');
  remember();
  const object = currentObject();
  const inside = decodeRle(polygonsToRle([state.corners], height, width));
  for (let i = 0; i < inside.length; i++) if (inside[i]) object.mask[i] = 1;
  Object.assign(state, { corners: [], current: -1 });
  store();
}

async function propose() {
  if (state.bitmap === null || !(await ensureModel())) return;
  say('drawing-status', 'Asking the model …');
  const { tasks, things } = session.segmenter;
  const task = tasks.includes('instance') ? 'instance' : tasks[0];
  const found = await session.segmenter.segment(state.bitmap, { task, threshold: 0.2 });
  state.proposals = await toMap(found, { threshold: 0.2, things });
  element('tool').value = 'keep';
  say('drawing-status', `${state.proposals.segments.length} proposals: click those to keep.`);
  draw();
}

function keepProposal(x, y) {
  const { proposals } = state;
  const found = proposals && segmentAt(proposals, x, y);
  if (!found) {
    say('drawing-status', proposals ? 'No proposal here.' : '“Propose” asks the model first.');
    return;
  }
  remember();
  state.current = -1;
  const object = currentObject();
  for (let i = 0; i < object.mask.length; i++) object.mask[i] = proposals.ids[i] === found.id ? 1 : 0;
  state.current = -1;
  store();
}

/** Keeps what is drawn with the photograph, at the size that it was drawn at. */
function store() {
  const { width, height } = element('drawing-canvas');
  const drawn = state.objects.filter(({ mask }) => mask.includes(1));
  const objects = drawn.map(({ category_id, iscrowd, mask }) => ({
    category_id,
    iscrowd,
    segmentation: formatRle(encodeRle(mask, height, width)),
  }));
  annotations.images.set(state.name, { width, height, objects });
  changed();
  draw();
}

function draw() {
  if (state.bitmap === null) return;
  const canvas = element('drawing-canvas');
  const { width, height } = canvas;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(state.bitmap, 0, 0);
  const ids = new Int32Array(width * height);
  for (const [k, { mask }] of state.objects.entries()) {
    for (let i = 0; i < ids.length; i++) if (mask[i] === 1) ids[i] = k + 1;
  }
  const categories = annotations.categories.map(({ name }) => ({ name }));
  const segments = state.objects.map(({ category_id }, k) => {
    const category = annotations.categories.findIndex(({ id }) => id === category_id);
    return { id: k + 1, category, isThing: true, score: 1, area: 0, bbox: [0, 0, 0, 0] };
  });
  const pixels = context.getImageData(0, 0, width, height);
  const options = { scores: false, steadyColors: true, highlight: state.current < 0 ? null : state.current + 1 };
  drawSegments(pixels, { ids, width, height, segments }, categories, options);
  if (state.proposals !== null && element('tool').value === 'keep') {
    drawSegments(pixels, state.proposals, session.segmenter.categories, { fill: false, labels: false });
  }
  context.putImageData(pixels, 0, 0);
  drawCorners(context);
  listObjects();
}

function drawCorners(context) {
  const { corners } = state;
  if (corners.length === 0) return;
  context.strokeStyle = 'white';
  context.lineWidth = 2;
  context.beginPath();
  for (let i = 0; i < corners.length; i += 2) context.lineTo(corners[i], corners[i + 1]);
  context.stroke();
  for (let i = 0; i < corners.length; i += 2) context.strokeRect(corners[i] - 3, corners[i + 1] - 3, 6, 6);
}

function listObjects() {
  element('class-names').replaceChildren(...annotations.categories.map(({ name }) => new Option(name, name)));
  element('objects').replaceChildren(
    ...state.objects.map(({ category_id }, k) => {
      const button = Object.assign(document.createElement('button'), { type: 'button' });
      button.textContent = `Remove ${k + 1}: ${annotations.nameOf(category_id)}`;
      button.addEventListener('click', () => {
        remember();
        state.objects.splice(k, 1);
        state.current = -1;
        store();
      });
      const line = document.createElement('li');
      line.append(button);
      return line;
    }),
  );
}
