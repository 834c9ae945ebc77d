// The camera or a video, frame by frame, as fast as the model answers; objects keep their ids.
import { drawOnCanvas } from '@seg/image';

import { counted, element, say } from './dom.js';
import { Latest } from './latest.js';
import { toImageData } from './pixels.js';
import { ask, ensureModel, session } from './session.js';
import { TASKS } from './tasks.js';
import { toMap } from './to-map.js';

/** Wanted size of a camera's picture: small models look at no more. */
const CAMERA = { video: { width: { ideal: 640 }, facingMode: 'environment' } };

const watching = new Latest('video-status', () => {
  element('stop-video').hidden = true;
});

export function connectVideo() {
  element('camera').addEventListener('click', () => watching.run(watchCamera));
  element('video-file').addEventListener('change', ({ target }) => {
    const [file] = target.files;
    target.value = '';
    if (file !== undefined) void watching.run((signal) => watchFile(file, signal));
  });
  element('stop-video').addEventListener('click', () => watching.cancel());
  session.onLoad(({ tasks }) => {
    element('video-task').replaceChildren(...tasks.map((task) => new Option(TASKS[task], task)));
    if (tasks.includes('panoptic')) element('video-task').value = 'panoptic';
  });
}

async function watchCamera(signal) {
  if (navigator.mediaDevices === undefined) throw new Error('This browser gives no camera to this page.');
  if (!(await begun(signal))) return;
  const stream = await navigator.mediaDevices.getUserMedia(CAMERA);
  try {
    signal.throwIfAborted();
    await watch(stream, signal);
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

async function watchFile(file, signal) {
  if (!(await begun(signal))) return;
  const src = URL.createObjectURL(file);
  const video = Object.assign(document.createElement('video'), { src, muted: true, playsInline: true });
  try {
    await video.play().catch(({ message }) => {
      throw new Error(`${file.name}: expected a video that this browser plays, got ${message}`);
    });
    signal.throwIfAborted();
    await watch(video, signal);
  } finally {
    video.pause();
    video.removeAttribute('src');
    URL.revokeObjectURL(src);
  }
}

/** Has a model before the first frame, so that a short video does not pass meanwhile. */
async function begun(signal) {
  element('stop-video').hidden = false;
  say('video-status', 'Starting …');
  const isThere = await ensureModel();
  signal.throwIfAborted();
  if (!isThere) say('video-status', 'No model is loaded.', true);
  return isThere;
}

async function watch(source, signal) {
  const [track, threshold] = [element('track').checked, Number(element('threshold').value)];
  const task = element('video-task').value;
  const started = performance.now();
  let count = 0;
  await ask(async (segmenter) => {
    for await (const { image, result } of segmenter.stream(source, { latest: true, track, task, threshold, signal })) {
      const { categories, things } = segmenter;
      const map = await toMap(result, { threshold, things });
      signal.throwIfAborted();
      show(image, map, categories, track);
      const rate = (1000 * ++count) / (performance.now() - started);
      const found = counted(map.segments.length, 'segment');
      say('video-status', `${counted(count, 'frame')}, ${rate.toFixed(1)} a second, ${found}`);
    }
  });
}

function show(image, map, categories, track) {
  const { width, height } = image;
  const canvas = element('frame');
  canvas.hidden = false;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.putImageData(toImageData(image), 0, 0);
  drawOnCanvas(context, map, categories, { steadyColors: track });
}
