// The camera or a video, frame by frame, as fast as the model answers; objects keep their ids.
import { drawOnCanvas } from '@seg/image';

import { attempt, element, say } from './dom.js';
import { toImageData } from './pixels.js';
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

function show(image, map, categories, track) {
  const { width, height } = image;
  const canvas = element('frame');
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.putImageData(toImageData(image), 0, 0);
  if ('ids' in map) drawOnCanvas(context, map, categories, { steadyColors: track });
}
