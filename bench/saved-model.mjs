// Native TensorFlow on a pass that was written down, beside the same pass op by op through tfjs-node:
// `node bench/saved-model.mjs [--rounds 5] [PRESET...]`, after a build and scripts/build-tfjs-node.mjs.
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { count, oneOf, readArguments } from './arguments.mjs';

const require = createRequire(new URL('../packages/cli/package.json', import.meta.url));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { init, ParamStore, useBackend } = await load('@seg/core');
const { buildModel, PRESETS } = await load('@seg/models');
const { exportSavedModel } = await load('@seg/onnx');
const { writeSavedModel } = await load('@seg/onnx/node');
const tf = await load('@tensorflow/tfjs-core');

const ALL = [
  ['mask2former-r50-coco-panoptic', [256, 320]],
  ['maskformer-r50-coco', [256, 320]],
  ['solov2-r50-coco', [256, 320]],
  ['max-deeplab-s-coco', [257, 321]],
  ['panoptic-segformer-r50-coco', [256, 320]],
];
const { values, positionals } = readArguments(
  import.meta.url,
  { rounds: count('5') },
  { places: { PRESET: oneOf(ALL.map(([preset]) => preset)) } },
);
const CASES = ALL.filter(([preset]) => positionals.length === 0 || positionals.includes(preset));

const modelOf = (preset) => {
  init.seedInitializers(1);
  return buildModel(new ParamStore(), PRESETS[preset].config);
};
const folder = await mkdtemp(path.join(tmpdir(), 'seg-saved-model-'));
await useBackend('wasm', { threads: 1 });
for (const [preset, size] of CASES) {
  const model = modelOf(preset);
  await writeSavedModel(path.join(folder, preset), await exportSavedModel(model, { size }));
  model.dispose();
}
await useBackend('node');
const { node } = createRequire(new URL('../.seg/tfjs-node/package.json', import.meta.url))('@tensorflow/tfjs-node');
for (const [preset, size] of CASES) {
  const model = modelOf(preset);
  const begin = performance.now();
  const graph = await node.loadSavedModel(path.join(folder, preset));
  const loaded = performance.now() - begin;
  const pixels = tf.randomNormal([1, ...size, 3], 0, 1, 'float32', 7);
  const [whole, single] = [[], []];
  let apart = [];
  for (let round = 0; round <= Number(values.rounds); round++) {
    const outputs = {};
    whole.push(await timed(async () => Object.assign(outputs, await read(graph.predict({ pixel_values: pixels })))));
    single.push(await timed(async () => Object.assign(outputs, { own: await read(model.forward(pixels)) })));
    apart = distances(outputs);
  }
  const [a, b] = [median(whole.slice(1)), median(single.slice(1))]; // the first of each warms
  console.log(
    `${preset.padEnd(30)} load ${loaded.toFixed(0)} ms  first ${whole[0].toFixed(0)} ms  graph ${a.toFixed(0)} ms  op by op ${b.toFixed(0)} ms  ratio ${(b / a).toFixed(2)}  apart ${apart}`,
  );
  tf.dispose(pixels);
  graph.dispose();
  model.dispose();
}
await rm(folder, { recursive: true });
process.exit();

/** Downloads every tensor of a prediction and frees it. */
async function read(prediction) {
  const found = {};
  for (const [key, tensor] of Object.entries(leaves(prediction))) found[key] = await tensor.data();
  tf.dispose(prediction);
  return found;
}

function leaves(part, at = '', found = {}) {
  if (part instanceof tf.Tensor) found[at] = part;
  else if (part !== null && typeof part === 'object')
    for (const [key, one] of Object.entries(part)) leaves(one, at === '' ? key : `${at}.${key}`, found);
  return found;
}

/** Largest difference of an output, as a share of its largest value. Outputs of a graph are sorted by no rule, so by length and sum. */
function distances({ own, ...graph }) {
  const byLength = (all) => Object.values(all).toSorted((a, b) => a.length - b.length || sum(a) - sum(b));
  const [ours, theirs] = [byLength(own), byLength(graph)];
  const shares = ours.map((values, i) => {
    const most = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    return values.reduce((max, value, k) => Math.max(max, Math.abs(value - theirs[i][k])), 0) / most;
  });
  return Math.max(...shares).toExponential(1);
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

async function timed(act) {
  const begin = performance.now();
  await act();
  return performance.now() - begin;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
