// The camera or a video, frame by frame, as fast as the model answers; objects keep their ids.
import { drawOnCanvas } from '@seg/image';

import { attempt, element, say } from './dom.js';
import { ensureModel, session } from './session.js';

/** Wanted size of a camera's picture: small models look at no more. */
const CAMERA = { video: { width: { ideal: 640 }, facingMode: 'environment' } };

let controller = null;

export function connectVideo() {
  element('camera').addEventListener('click', () => attempt('video-status', watchCamera));
  element('video-file').addEventListener('change', ({ target }) => {
    const [file] = target.files;
    target.value = '';
    if (file !== undefined) void attempt('video-status', () => watchFile(file));
  });
  element('stop-video').addEventListener('click', () => controller?.abort());
}

async function watchCamera() {
  if (navigator.mediaDevices === undefined) throw new Error('This browser gives no camera to this page.');
  const stream = await navigator.mediaDevices.getUserMedia(CAMERA);
  try {
    await watch(stream);
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

async function watchFile(file) {
  const video = element('video');
  video.src = URL.createObjectURL(file);
  try {
    await video.play();
    await watch(video);
  } finally {
    video.pause();
    URL.revokeObjectURL(video.src);
    video.removeAttribute('src');
  }
}

async function watch(source) {
  if (!(await ensureModel())) return;
  controller?.abort();
  controller = new AbortController();
  const { signal } = controller;
  const { segmenter } = session;
  element('stop-video').hidden = false;
  element('frame').hidden = false;
  const [track, threshold] = [element('track').checked, Number(element('threshold').value)];
  const started = performance.now();
  let count = 0;
  try {
    const task = segmenter.tasks.includes('panoptic') ? 'panoptic' : segmenter.tasks[0];
    for await (const { image, result } of segmenter.stream(source, { latest: true, track, task, threshold, signal })) {
      show(image, result, segmenter.categories, track);
      const rate = (1000 * ++count) / (performance.now() - started);
      say('video-status', `${count} frames, ${rate.toFixed(1)} a second, ${result.segments?.length ?? 0} segments`);
    }
  } finally {
    element('stop-video').hidden = true;
  }
}

function show({ data, width, height }, map, categories, track) {
  const canvas = element('frame');
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const pixels = context.createImageData(width, height);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    pixels.data[to] = data[from];
    pixels.data[to + 1] = data[from + 1];
    pixels.data[to + 2] = data[from + 2];
    pixels.data[to + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
  if ('ids' in map) drawOnCanvas(context, map, categories, { steadyColors: track });
}
