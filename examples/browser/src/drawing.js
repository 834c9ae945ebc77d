// Objects of a photograph drawn and corrected: kept proposals of the model, brush, eraser, polygon, classes.
import { pictureBitmap } from '@seg/browser';
import { decodeRle, encodeRle, formatRle, polygonsToRle } from '@seg/coco-eval';
import { segmentAt } from '@seg/image';

import { paintLine } from './brush.js';
import { maskOf } from './coco-masks.js';
import { counted, element, say } from './dom.js';
import { DrawingCursor } from './drawing-cursor.js';
import { drawObjects, drawStroke, listObjects } from './drawing-view.js';
import { DrawnObjects } from './drawn-objects.js';
import { Latest } from './latest.js';
import { ask, ensureModel, session } from './session.js';
import { toMap } from './to-map.js';

/** Longest side that is drawn on. */
const MAX_SIDE = 1024;

/** Least score of a proposal: a person chooses among them. */
const PROPOSED = 0.2;

/** What a photograph begins with. `stroke` is the brush on its way: its mask, last place and whether it erases. */
const FRESH = { proposals: null, corners: [], isNew: false, stroke: null };
const state = { file: null, bitmap: null, drawn: null, ...FRESH };
const opening = new Latest('drawing-status');
const proposing = new Latest('drawing-status');
let annotations = null;
let cursor = null;
let changed = () => {};

export function connectDrawing(given, onChange) {
  [annotations, changed] = [given, onChange];
  const canvas = element('drawing-canvas');
  cursor = new DrawingCursor(canvas, element('drawing-cursor'));
  canvas.addEventListener('pointerdown', down);
  canvas.addEventListener('pointermove', move);
  for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, endStroke);
  canvas.addEventListener('dblclick', closePolygon);
  canvas.addEventListener('keydown', press);
  canvas.addEventListener('blur', endStroke);
  element('new-object').addEventListener('click', startObject);
  element('undo').addEventListener('click', undo);
  element('propose').addEventListener('click', propose);
  element('class-name').addEventListener('change', rename);
  element('tool').addEventListener('change', () => {
    state.corners = [];
    draw();
  });
}

/** Opens a photograph to draw on. */
export function openDrawing(file) {
  return opening.run(async (signal) => {
    const bitmap = await pictureBitmap(file, { maxSide: MAX_SIDE, signal });
    proposing.drop(); // its answer is of the photograph before
    state.bitmap?.close();
    const { width, height } = bitmap;
    annotations.addImage(file.name, width, height);
    const image = annotations.images.get(file.name);
    const objects = image.objects.map((object) => ({ ...object, mask: maskOf(object, image, width, height) }));
    Object.assign(state, { file, bitmap, drawn: new DrawnObjects(objects, { width, height }), ...FRESH });
    Object.assign(element('drawing-canvas'), { width, height });
    cursor.forget();
    element('drawing').hidden = false;
    say('drawing-status', `${file.name}: ${counted(objects.length, 'object')}.`);
    draw();
  });
}

/** Shows objects that were imported for the photograph at hand. */
export function refreshDrawing() {
  if (state.file !== null) void openDrawing(state.file);
}

/** Forgets the photograph at hand. */
export function closeDrawing() {
  opening.drop();
  proposing.drop();
  state.bitmap?.close();
  Object.assign(state, { file: null, bitmap: null, drawn: null, ...FRESH });
  element('drawing').hidden = true;
}

function press(event) {
  const { key } = event;
  if (state.drawn === null || event.ctrlKey || event.metaKey || event.altKey) return;
  const to = cursor.move(event);
  if (to !== undefined) {
    event.preventDefault();
    if (state.stroke !== null) paint([to]);
    return;
  }
  const wasDrawing = state.stroke !== null;
  if (wasDrawing && [' ', 'Enter', 'Escape', 'Delete', 'Backspace', 'n'].includes(key)) endStroke();
  if (key === ' ') {
    if (!wasDrawing) act(cursor.shown());
    if (state.stroke !== null) say('drawing-status', 'Arrow keys draw; Space ends the stroke.');
  } else if (key === 'Enter') closePolygon();
  else if (key === 'Escape' && wasDrawing) draw();
  else if (key === 'Escape' && state.corners.length > 0) state.corners = [];
  else if (key === 'Escape') select(-1);
  else if (key === 'Delete' || key === 'Backspace') remove(state.drawn.current);
  else if (key === 'n') startObject();
  else return;
  event.preventDefault();
  draw();
}

/** The next stroke, polygon or proposal begins an object. */
function startObject() {
  if (state.drawn === null) return;
  select(-1);
  state.isNew = true;
  say('drawing-status', 'A new object begins with the next stroke.');
  draw();
}

function choose(index) {
  select(index);
  draw();
}

/** Makes an object the one that strokes change, and says so. */
function select(index) {
  const { drawn } = state;
  Object.assign(drawn, { current: index });
  state.isNew = false;
  if (drawn.chosen === null) say('drawing-status', 'No object is chosen.');
  else {
    const name = annotations.nameOf(drawn.chosen.category_id);
    element('class-name').value = name;
    say('drawing-status', `Object ${index + 1}, ${name}: brush, eraser, polygon and class change it.`);
  }
}

function remove(index) {
  if (index < 0) return;
  state.drawn.remove(index);
  say('drawing-status', `Object ${index + 1} is removed; “Undo” brings it back.`);
  store();
}

function rename() {
  const { drawn } = state;
  if (!drawn?.chosen) return;
  drawn.rename(annotations.categoryOf(className()));
  select(drawn.current);
  store();
}

const className = () => element('class-name').value.trim() || 'object';

function add(mask) {
  state.isNew = false;
  state.drawn.add(annotations.categoryOf(className()), mask);
}

function undo() {
  if (state.drawn?.undo()) store();
}

function place({ clientX, clientY }) {
  const canvas = element('drawing-canvas');
  const { left, top, width } = canvas.getBoundingClientRect();
  const scale = canvas.width / width;
  return [(clientX - left) * scale, (clientY - top) * scale];
}

function down(event) {
  if (state.drawn === null || event.button !== 0 || !event.isPrimary) return;
  cursor.hide();
  if (state.stroke !== null) endStroke(); // of the keyboard
  act(place(event));
  if (state.stroke !== null) event.target.setPointerCapture(event.pointerId);
}

/** What the tool does at a place. */
function act([x, y]) {
  const tool = element('tool').value;
  if (tool === 'polygon') {
    state.corners.push(x, y);
    draw();
  } else if (tool === 'keep') chooseOrKeep(x, y);
  else beginStroke([x, y], tool === 'erase');
}

function beginStroke(from, isErasing) {
  const { drawn } = state;
  if (drawn.current < 0 && !state.isNew) drawn.current = drawn.at(...from); // a stroke that begins on an object corrects it
  if (drawn.current >= 0) state.stroke = { mask: drawn.change(), from, isErasing };
  else if (isErasing) say('drawing-status', 'Nothing to erase: choose an object first.');
  else {
    add();
    state.stroke = { mask: drawn.chosen.mask, from, isErasing };
  }
  if (state.stroke === null) return;
  paint([from]);
}

function move(event) {
  if (state.stroke === null || event.buttons === 0) return; // a stroke of the keyboard does not follow the pointer
  const events = event.getCoalescedEvents?.() ?? [];
  paint((events.length > 0 ? events : [event]).map(place));
}

/** Joins the last place of the stroke with the next ones. */
function paint(places) {
  const { stroke, drawn } = state;
  const radius = Number(element('brush-size').value) / 2;
  for (const to of places) {
    paintLine(stroke.mask, drawn, stroke.from, to, radius, stroke.isErasing ? 0 : 1);
    drawStroke(stroke.from, to, radius, stroke.isErasing);
    stroke.from = to;
  }
}

function endStroke() {
  if (state.stroke === null) return;
  state.stroke = null;
  const { drawn } = state;
  if (drawn.dropEmpty()) say('drawing-status', 'Nothing of the object is left: it is removed.');
  else select(drawn.current);
  store();
}

/** Adds a polygon to the chosen object, or begins one with it. */
function closePolygon() {
  const { drawn, corners } = state;
  if (corners.length < 6) return;
  const inside = decodeRle(polygonsToRle([corners], drawn.height, drawn.width));
  state.corners = [];
  if (drawn.current < 0) add(inside);
  else {
    const mask = drawn.change();
    for (let i = 0; i < inside.length; i++) mask[i] |= inside[i];
  }
  if (!drawn.dropEmpty()) select(drawn.current);
  store();
}

function propose() {
  return proposing.run(async (signal) => {
    if (state.bitmap === null || !(await ensureModel())) return;
    signal.throwIfAborted();
    say('drawing-status', 'Asking the model …');
    const { tasks, things, categories } = session.segmenter;
    const task = tasks.includes('instance') ? 'instance' : tasks[0];
    const options = { task, threshold: PROPOSED, signal };
    const found = await ask((segmenter) => segmenter.segment(state.bitmap, options));
    const map = await toMap(found, { threshold: PROPOSED, things });
    signal.throwIfAborted();
    state.proposals = { map, categories };
    element('tool').value = 'keep';
    say('drawing-status', `${counted(map.segments.length, 'proposal')}: click those to keep.`);
    draw();
  });
}

function chooseOrKeep(x, y) {
  const { drawn, proposals } = state;
  const index = state.isNew ? -1 : drawn.at(x, y);
  const found = proposals && segmentAt(proposals.map, x, y);
  if (index >= 0) choose(index);
  else if (found) {
    add(Uint8Array.from(proposals.map.ids, (id) => (id === found.id ? 1 : 0)));
    select(drawn.current);
    store();
  } else {
    choose(-1);
    say('drawing-status', proposals ? 'No proposal and no object here.' : 'No object here. “Propose” asks the model.');
  }
}

/** Keeps what is drawn with the photograph, at the size that it was drawn at. */
function store() {
  const { file, drawn } = state;
  const { width, height } = drawn;
  const objects = drawn.objects.map(({ category_id, iscrowd, mask }) => {
    return { category_id, iscrowd, segmentation: formatRle(encodeRle(mask, height, width)) };
  });
  annotations.images.set(file.name, { width, height, objects });
  changed();
  draw();
}

function draw() {
  const { drawn, proposals } = state;
  if (drawn === null) return;
  const shown = element('tool').value === 'keep' ? proposals : null;
  drawObjects({ ...state, proposals: shown }, annotations.categories);
  element('new-object').setAttribute('aria-pressed', String(state.isNew));
  element('class-names').replaceChildren(...annotations.categories.map(({ name }) => new Option(name, name)));
  listObjects(drawn, annotations.categories, { choose, remove });
}
