// Milliseconds of the longest steps of a forward pass on WebAssembly, between which the event loop turns: least of some passes.
//   node bench/steps/run.mjs [--preset mask2former-r50-coco-panoptic] [--size 800x1088] [--threads 2] [--rounds 4]

import { ParamStore, useBackend } from '@seg/core';
import { buildModel, PRESETS } from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';
import { count, oneOf, readArguments, size } from '../arguments.mjs';

const { values } = readArguments(import.meta.url, {
  preset: oneOf(Object.keys(PRESETS), 'mask2former-r50-coco-panoptic'),
  size: size('800x1088'),
  threads: count('2'),
  rounds: count('4'),
});
const SHOWN = 5;

tf.enableProdMode();
await useBackend('wasm', { threads: Number(values.threads) });
const { network } = buildModel(new ParamStore(), PRESETS[values.preset].config);
const [height, width] = values.size.split('x').map(Number);
const pixels = tf.randomNormal([1, height, width, 3], 0, 1, 'float32', 1);
const kernels = timedKernels();
await pass(); // packs weights

const least = [];
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [i, step] of (await pass()).entries()) {
    if (least[i] === undefined || step.milliseconds < least[i].milliseconds) least[i] = step;
  }
}
const total = least.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
console.log(
  `${values.preset}, ${values.size}, ${values.threads} threads: ${least.length} steps, ${total.toFixed(0)} ms`,
);
for (const { milliseconds, calls } of [...least].sort((a, b) => b.milliseconds - a.milliseconds).slice(0, SHOWN)) {
  console.log(`${milliseconds.toFixed(1)} ms: ${calls.join(', ')}`);
}
process.exit(0);

async function pass() {
  const taken = [];
  const steps = network.forwardSteps(pixels);
  for (;;) {
    kernels.length = 0;
    const started = performance.now();
    const step = steps.next();
    taken.push({ milliseconds: performance.now() - started, calls: kernels.splice(0) });
    if (step.done) tf.dispose(step.value);
    if (step.done) return taken;
    await new Promise(setImmediate);
  }
}

/** Names and milliseconds of kernels that took at least one, as they are called. */
function timedKernels() {
  const calls = [];
  const engine = tf.engine();
  const original = engine.runKernel;
  engine.runKernel = (name, ...rest) => {
    const started = performance.now();
    const result = original.call(engine, name, ...rest);
    const milliseconds = performance.now() - started;
    if (milliseconds >= 1) calls.push(`${name} ${milliseconds.toFixed(1)}`);
    return result;
  };
  return calls;
}
