// Training steps of Mask2Former-R50 on one generated image with ten objects: least wall and processor time of a step, memory.
//   node step.mjs [--backend wasm] [--threads 2] [--side 256] [--steps 4]
import { parseArgs } from 'node:util';
import { ParamStore, useBackend } from '@seg/core';
import { MASK2FORMER_LOSS } from '@seg/losses';
import { MASK2FORMER_PRESETS, Mask2Former } from '@seg/models';
import { AdamW, mask2FormerObjective, trainStep } from '@seg/train';
import * as tf from '@tensorflow/tfjs-core';

const OBJECTS = 10;
const { values } = parseArgs({
  options: {
    backend: { type: 'string', default: 'wasm' },
    threads: { type: 'string', default: '2' },
    side: { type: 'string', default: '256' },
    steps: { type: 'string', default: '4' },
  },
});
const [side, steps] = [Number(values.side), Number(values.steps)];

tf.enableProdMode();
const { description } = await useBackend(values.backend, { threads: Number(values.threads) });
const params = new ParamStore();
const model = new Mask2Former(params, MASK2FORMER_PRESETS['coco-panoptic-r50']);
const optimizer = new AdamW(params.trainable(), { weightDecay: 0.05, clipNorm: 0.01 });
const objective = mask2FormerObjective(model, MASK2FORMER_LOSS, 1);
const batch = {
  pixels: tf.randomNormal([1, side, side, 3], 0, 1, 'float32', 1),
  targets: [{ classes: Int32Array.from({ length: OBJECTS }, (_, i) => i), masks: stripes() }],
};
const best = { wall: Number.POSITIVE_INFINITY, processor: Number.POSITIVE_INFINITY };
for (let step = 0; step < steps; step++) {
  const [started, used] = [performance.now(), process.cpuUsage()];
  await trainStep(params, optimizer, objective, batch, { step, learningRate: 1e-4 });
  const { user, system } = process.cpuUsage(used);
  best.wall = Math.min(best.wall, (performance.now() - started) / 1000);
  best.processor = Math.min(best.processor, (user + system) / 1e6);
}
const heap = tf.backend().wasm?.HEAPU8.length ?? process.memoryUsage().rss;
console.log(
  `${description}, Node ${process.versions.node}, ${side} x ${side}, least of ${steps} steps: ` +
    `${best.wall.toFixed(2)} s, ${best.processor.toFixed(2)} s of processor time, ${(heap / 2 ** 20).toFixed(0)} MiB`,
);
process.exit(0);

/** Upright stripes in the lower three quarters, one for each object. */
function stripes() {
  const masks = new Float32Array(OBJECTS * side * side);
  for (let y = Math.floor(side / 4); y < side; y++) {
    for (let x = 0; x < side; x++) masks[(Math.floor((x * OBJECTS) / side) * side + y) * side + x] = 1;
  }
  return tf.tensor3d(masks, [OBJECTS, side, side]);
}
