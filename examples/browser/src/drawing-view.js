// What the drawing shows: the photograph with its objects and proposals, and the list of the objects.
import { drawSegments, segmentColors } from '@seg/image';

import { element } from './dom.js';

/** Draws all. @param proposals `{ map, categories }` of the model; null where none are shown */
export function drawObjects({ bitmap, drawn, proposals, corners }, categories) {
  const canvas = element('drawing-canvas');
  const { width, height } = canvas;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  const pixels = context.getImageData(0, 0, width, height);
  const highlight = drawn.current < 0 ? null : drawn.current + 1;
  const names = categories.map(({ name }) => ({ name }));
  drawSegments(pixels, drawn.map(categories), names, { scores: false, steadyColors: true, highlight });
  if (proposals !== null) drawSegments(pixels, proposals.map, proposals.categories, { fill: false, labels: false });
  context.putImageData(pixels, 0, 0);
  drawCorners(context, corners);
}

function drawCorners(context, corners) {
  if (corners.length === 0) return;
  context.strokeStyle = 'white';
  context.lineWidth = 2;
  context.beginPath();
  for (let i = 0; i < corners.length; i += 2) context.lineTo(corners[i], corners[i + 1]);
  context.stroke();
  for (let i = 0; i < corners.length; i += 2) context.strokeRect(corners[i] - 3, corners[i + 1] - 3, 6, 6);
}

/** Shows a stroke at once; all is drawn when it ends. */
export function drawStroke([x0, y0], [x1, y1], radius, isErasing) {
  const context = element('drawing-canvas').getContext('2d');
  context.strokeStyle = isErasing ? 'rgb(255 255 255 / 60%)' : 'rgb(31 95 208 / 60%)';
  context.lineCap = 'round';
  context.lineWidth = 2 * radius;
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

/** Lists the objects: each can be chosen and removed by keyboard. The focus stays where it was. */
export function listObjects(drawn, categories, { choose, remove }) {
  const list = element('objects');
  const [row, column] = placeOfFocus(list);
  const segments = drawn.segments(categories);
  const colors = segmentColors(segments, [], true);
  const lines = segments.map(({ category }, k) => {
    const title = `${k + 1}: ${categories[category].name}`;
    const swatch = Object.assign(document.createElement('span'), { className: 'swatch' });
    swatch.style.background = `rgb(${colors.get(k + 1).join(' ')})`;
    const chooser = button(title, () => choose(k));
    chooser.prepend(swatch);
    chooser.setAttribute('aria-pressed', String(k === drawn.current));
    const remover = button('Remove', () => remove(k));
    remover.setAttribute('aria-label', `Remove ${title}`);
    const line = document.createElement('li');
    line.append(chooser, remover);
    return line;
  });
  list.replaceChildren(...lines);
  if (row >= 0) list.children[Math.min(row, lines.length - 1)]?.children[column].focus();
}

function placeOfFocus(list) {
  const line = document.activeElement?.closest('#objects li');
  if (!line) return [-1, -1];
  return [[...list.children].indexOf(line), [...line.children].indexOf(document.activeElement)];
}

function button(text, press) {
  const made = Object.assign(document.createElement('button'), { type: 'button' });
  made.append(text);
  made.addEventListener('click', press);
  return made;
}
