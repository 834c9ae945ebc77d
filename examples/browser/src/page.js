// Segments generated scenes, or an image of the user's, with the model of this repository.
import { useBackend } from '@seg/core';
import { generateScene } from '@seg/data';
import { colorize } from '@seg/image';
import { Segmenter } from '@seg/models';

const element = (id) => document.getElementById(id);
let segmenter = null;
let seed = 2_000_000_000;

async function segment(image) {
  element('status').textContent = 'segmenting';
  segmenter?.dispose();
  const backend = await useBackend(element('backend').value);
  segmenter = await Segmenter.load(new URL('model/', location.href).href);
  const started = performance.now();
  const map = await segmenter.segment(image, { task: 'panoptic' });
  const took = performance.now() - started;
  draw(element('image'), image, image.data);
  const colors = segmenter.categories.map(({ color }) => color);
  draw(element('segments'), image, colorize(map, colors).data);
  element('table').innerHTML = map.segments
    .map(
      ({ category, score, area }) =>
        `<tr><td>${segmenter.categories[category].name}</td><td>${score.toFixed(2)}</td><td>${area} px</td></tr>`,
    )
    .join('');
  element('status').textContent =
    `${map.segments.length} segments in ${took.toFixed(0)} ms on ${backend.name} (${backend.description})`;
}

function draw(canvas, { width, height }, pixels) {
  const channels = pixels.length / (width * height);
  const rgba = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgba.data[i * 4 + c] = pixels[i * channels + c];
    rgba.data[i * 4 + 3] = 255;
  }
  Object.assign(canvas, { width, height });
  canvas.getContext('2d').putImageData(rgba, 0, 0);
}

async function readFile(file) {
  const bitmap = await createImageBitmap(file);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d');
  context.drawImage(bitmap, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  return { data: data.filter((_, i) => i % 4 < 3), width, height };
}

const show = (work) => work.catch((error) => (element('status').textContent = `failed: ${error.message}`));
element('run').addEventListener('click', () => show(segment(generateScene({ seed: seed++ }).image)));
element('file').addEventListener('change', ({ target }) => show(readFile(target.files[0]).then(segment)));
show(segment(generateScene({ seed }).image));
