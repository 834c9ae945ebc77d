// Ids of objects in generated videos, by frame and tracked, with PQ, VPQ and STQ:
//   node bench/video/run.mjs [--videos 20] [--frames 32] [--split testing] [--model DIR]
// Needs a build.
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { count, oneOf, readArguments, text } from '../arguments.mjs';

const scenes = new URL('../../examples/scenes/', import.meta.url);
const require = createRequire(new URL('package.json', scenes));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { useBackend } = await load('@seg/core');
const { Segmenter, SegmentTracker } = await load('@seg/models');
const { compareIds, video } = await import(new URL('video-quality.mjs', scenes));

const { values } = readArguments(import.meta.url, {
  videos: count('20'),
  frames: count('32'),
  split: oneOf(['training', 'validation', 'testing'], 'testing'),
  model: text(fileURLToPath(new URL('../mask2former/model', scenes))),
});
await useBackend('wasm');
const segmenter = await Segmenter.load(values.model);
const results = await compareIds(segmenter, { split: values.split, videos: +values.videos, frames: +values.frames });
console.log(`${results[0].pairs} things found in both of two neighboring frames`);
console.log(
  '| ids | things that keep theirs | all that do | PQ | VPQ | of things | STQ | AQ | SQ |\n|---|---|---|---|---|---|---|---|---|',
);
for (const { name, pairs: _, ...figures } of results) {
  const [things, all, ...rest] = Object.values(figures).map((value) => value.toFixed(1));
  console.log(`| ${[name, `${things} %`, `${all} %`, ...rest].join(' | ')} |`);
}
await timeTracking();
segmenter.dispose();

/** Milliseconds of the tracker alone, beside those of the model. */
async function timeTracking() {
  const [frames, tracker, times] = [
    [...video(values.split, 0, { frames: 16, size: 128 })],
    new SegmentTracker(),
    [0, 0],
  ];
  for (const { image } of frames) {
    const begin = performance.now();
    const map = await segmenter.segment(image, { embeddings: true });
    const found = performance.now();
    tracker.update(map);
    times[0] += found - begin;
    times[1] += performance.now() - found;
  }
  const [model, own] = times.map((time) => (time / frames.length).toFixed(2));
  console.log(`a frame of 128 × 128: model ${model} ms, tracker ${own} ms`);
}
