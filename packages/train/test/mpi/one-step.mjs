// Run by mpirun in each rank: a step that the ranks take together beside the one that a process takes alone with the images
// of all, from the same parameters. Prints how far apart both are, and by how much the order of the images changes the latter.
import { init, ParamStore, useBackend } from '@seg/core';
import { asMaskDataset, batchTensors, SceneDataset } from '@seg/data';
import { MASK2FORMER_LOSS } from '@seg/losses';
import { openModel } from '@seg/models';
import { mask2FormerObjective, objectiveOf, Sgd, smallModel, trainStep } from '@seg/train';
import { mpiCollective } from '@seg/train/mpi';
import * as tf from '@tensorflow/tfjs-core';

const collective = await mpiCollective();
const { rank, size } = collective;
await useBackend('wasm');
const [name] = process.argv.slice(2);

const scenes = asMaskDataset(new SceneDataset({ split: 'training', length: 8, height: 64, width: 64 }));
const isThing = scenes.categories.map((category) => category.isThing);
const samples = [];
for (let i = 0; i < size; i++) samples.push(await read(i));

/** SOLO has no stuff. */
async function read(index) {
  const sample = await scenes.read(index);
  return { ...sample, segments: sample.segments.filter(({ category }) => name !== 'solov2' || isThing[category]) };
}

/** The same points in every mask, so that they do not depend on which process a mask is in. */
const grid = (masks, count) =>
  Float32Array.from({ length: masks * count * 2 }, (_, i) => (((i % (count * 2)) * 0.61803) % 1) * 0.98 + 0.01);
const points = () => ({
  matching: (_output, _image, count) => grid(1, count),
  candidates: (_output, masks, count) => grid(masks, count),
  anywhere: (_output, masks, count) => grid(masks, count),
});

async function parametersAfter(together, images) {
  const { config, preprocessing } = smallModel(name, 64);
  const still = { ...config, ...('dropout' in config ? { dropout: 0 } : {}) };
  const description = { config: still, categories: scenes.categories, preprocessing };
  const opened = await openModel(name, description, { weights: false, categories: scenes.categories });
  init.seedInitializers(5);
  const params = new ParamStore();
  const { network } = opened.build(params);
  const objective =
    name === 'mask2former'
      ? mask2FormerObjective(network, { ...MASK2FORMER_LOSS, numPoints: 64 }, points)
      : objectiveOf(network, params, { categories: scenes.categories, seed: 1 });
  const optimizer = new Sgd(params.trainable(), { momentum: 0, weightDecay: 0 });
  const batch = batchTensors(images, preprocessing);
  const before = await values(params);
  const result = await trainStep(params, optimizer, objective, batch, {
    step: 0,
    learningRate: 1e-3,
    ...(together ? { collective } : {}),
  });
  const after = await values(params);
  params.dispose();
  optimizer.dispose();
  tf.dispose([batch.pixels, ...batch.targets.map(({ masks }) => masks)]);
  return { loss: result.loss, after, before };
}

async function values(params) {
  const all = params.keys().map(async (key) => [key, Float64Array.from(await params.get(key).data())]);
  return Object.fromEntries(await Promise.all(all));
}

const held = tf.memory().numTensors;
const together = await parametersAfter(true, [samples[rank]]);
const alone = await parametersAfter(false, samples);
const turned = await parametersAfter(false, [...samples].reverse());
const tensors = tf.memory().numTensors - held;

/** Largest difference of a parameter from the step of one process, by the largest change of any. */
function apart({ after }) {
  let [change, difference] = [0, 0];
  for (const [key, expected] of Object.entries(alone.after)) {
    for (let i = 0; i < expected.length; i++) {
      change = Math.max(change, Math.abs(expected[i] - alone.before[key][i]));
      difference = Math.max(difference, Math.abs(expected[i] - after[key][i]));
    }
  }
  return difference / change;
}

const total = Object.values(together.after).reduce((sum, all) => all.reduce((a, b) => a + b, sum), 0);
const totals = Float64Array.of(total);
await collective.allReduce(totals);
if (rank === 0) {
  const losses = [together.loss, alone.loss];
  const isSame = totals[0] === total * size;
  console.log(JSON.stringify({ losses, apart: apart(together), noise: apart(turned), isSame, tensors }));
}
await collective.barrier();
collective.close();
