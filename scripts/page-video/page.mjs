// Runs in a page: sources of frames that only a page has, and drawing on its canvas.
import { useBackend } from '@seg/core';
import { drawOnCanvas } from '@seg/image';
import { Segmenter } from '@seg/models';
import { CATEGORIES, MAP, photograph } from './picture.mjs';

window.run = async () => {
  await useBackend('wasm');
  const segmenter = await Segmenter.load(new URL('/model/', location.href).href);
  const camera = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 } });
  const moving = movingCanvas();
  const results = {
    camera: await first(segmenter.stream(camera, { latest: true, track: true }), 3),
    cameraAfterwards: camera.getVideoTracks()[0].readyState,
    aborted: await aborted(segmenter, camera),
    unplugged: await unplugged(segmenter, camera),
    withoutProcessor: await withoutProcessor(segmenter, moving.stream),
    element: await playing(segmenter, moving.stream),
    closed: await closedFrames(segmenter, moving.canvas),
    drawn: drawn(),
  };
  moving.stop();
  segmenter.dispose();
  return results;
};

/** Sizes of the first frames of a stream. */
async function first(stream, count) {
  const sizes = [];
  for await (const { image } of stream) if (sizes.push(`${image.width}x${image.height}`) === count) break;
  return sizes;
}

async function aborted(segmenter, camera) {
  const controller = new AbortController();
  try {
    for await (const _ of segmenter.stream(camera, { signal: controller.signal })) controller.abort('enough');
    return 'no end';
  } catch (reason) {
    return reason;
  }
}

async function unplugged(segmenter, camera) {
  let frames = 0;
  for await (const _ of segmenter.stream(camera)) if (frames++ === 0) camera.getVideoTracks()[0].stop();
  return frames > 0;
}

async function withoutProcessor(segmenter, stream) {
  const own = globalThis.MediaStreamTrackProcessor;
  globalThis.MediaStreamTrackProcessor = undefined;
  try {
    return await first(segmenter.stream(stream, { latest: true }), 3);
  } finally {
    globalThis.MediaStreamTrackProcessor = own;
  }
}

async function playing(segmenter, stream) {
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = stream;
  await video.play();
  return [...(await first(segmenter.stream(video), 3)), video.paused ? 'paused' : 'playing'];
}

async function closedFrames(segmenter, canvas) {
  const frames = [0, 1, 2].map((k) => new VideoFrame(canvas, { timestamp: k * 40_000 }));
  const times = [];
  for await (const { time } of segmenter.stream(frames)) times.push(time);
  return { times, open: frames.filter(({ format }) => format !== null).length };
}

function drawn() {
  const { data, width, height } = photograph();
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const pixels = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) pixels.data.set([data[3 * i], data[3 * i + 1], data[3 * i + 2], 255], 4 * i);
  context.putImageData(pixels, 0, 0);
  drawOnCanvas(context, MAP, CATEGORIES, { legend: true });
  return [...context.getImageData(0, 0, width, height).data].filter((_, i) => i % 4 !== 3);
}

function movingCanvas() {
  const canvas = Object.assign(document.createElement('canvas'), { width: 160, height: 128 });
  const context = canvas.getContext('2d');
  let step = 0;
  const timer = setInterval(() => {
    context.fillStyle = '#346';
    context.fillRect(0, 0, 160, 128);
    context.fillStyle = '#e22';
    context.fillRect(20 + (step++ % 60), 40, 40, 40);
  }, 30);
  return { canvas, stream: canvas.captureStream(30), stop: () => clearInterval(timer) };
}
