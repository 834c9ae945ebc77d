// Takes a training step of Mask2Former-R50 for every line on standard input and prints its time and the memory of the process.
//   node engine.mjs wasm|node SIZE THREADS points|masks keep|recompute
import { createInterface } from 'node:readline';
import { init, ParamStore, useBackend } from '@seg/core';
import { MASK2FORMER_LOSS, MASKFORMER_LOSS } from '@seg/losses';
import { Mask2Former, PRESETS } from '@seg/models';
import { AdamW, mask2FormerObjective, maskFormerObjective, trainStep } from '@seg/train';
import * as tf from '@tensorflow/tfjs-core';

/** Objects in the one image. */
const OBJECTS = 10;

const [backend, size, threads, criterion, kept] = process.argv.slice(2);
await useBackend(backend, { threads: Number(threads) });
init.seedInitializers(1);
const params = new ParamStore();
params.recomputes = kept === 'recompute';
const model = new Mask2Former(params, PRESETS['mask2former-r50-coco-panoptic'].config);
const objective =
  criterion === 'masks'
    ? maskFormerObjective(model, MASKFORMER_LOSS) // every pixel of every mask
    : mask2FormerObjective(model, MASK2FORMER_LOSS, 1);
const optimizer = new AdamW(params.trainable(), { weightDecay: 0.05, clipNorm: 0.01 });
const side = Number(size);
const batch = {
  pixels: tf.randomNormal([1, side, side, 3], 0, 1, 'float32', 3),
  targets: [{ classes: Int32Array.from({ length: OBJECTS }, (_, t) => 7 * t), masks: stripes() }],
};

let step = 0;
for await (const _ of createInterface({ input: process.stdin })) {
  const [begin, used] = [performance.now(), process.cpuUsage()];
  const { loss } = await trainStep(params, optimizer, objective, batch, { step: step++, learningRate: 1e-5 });
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(used);
  const megabytes = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ seconds, processor: (user + system) / 1e6, megabytes, loss }));
}

/** Masks [T, H, W] of stripes, each moved on from the last. */
function stripes() {
  const values = new Float32Array(OBJECTS * side * side);
  for (let i = 0; i < values.length; i++) {
    const [t, y, x] = [Math.floor(i / side / side), Math.floor(i / side) % side, i % side];
    values[i] = (3 * x + 5 * y + 40 * t) % (side / 2) < side / 6 ? 1 : 0;
  }
  return tf.tensor3d(values, [OBJECTS, side, side]);
}
