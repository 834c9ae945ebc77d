// The first steps of a training on both stacks, on the same values, batches and points: losses, gradients of the first
// step, and parameters and their averages behind the last one.
//   node bench/finetune/agreement.mjs [--data ../shared/data/fruits-nuts/train.json] [--steps 3] [--backend wasm]
// SEG_PYTHON is a python3 with torch, transformers, scipy and safetensors.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bytesOf, openSafetensors } from '@seg/checkpoint';
import { init, seededRandom, useBackend } from '@seg/core';
import { randomPoints } from '@seg/losses';
import {
  AdamW,
  aidedMask2FormerObjective,
  cosineSchedule,
  groupsByKey,
  ParameterAverage,
  storedParameters,
  trainStep,
  warmup,
} from '@seg/train';
import { rehearse } from '@seg/train/node';
import * as tf from '@tensorflow/tfjs-core';
import { BACKENDS, count, oneOf, readArguments, text } from '../arguments.mjs';
import { farthest } from './farthest.mjs';
import { trainInPytorch } from './pytorch.mjs';
import { batchesFrom, firstValues, openSetting } from './setting.mjs';

const { values } = readArguments(
  import.meta.url,
  {
    data: text('../shared/data/fruits-nuts/train.json'),
    images: text(),
    steps: count('3'),
    seed: count('1'),
    backend: oneOf(BACKENDS, 'wasm'),
  },
  { peers: () => 'pytorch' },
);
const steps = Number(values.steps);
const images = values.images ?? path.join(path.dirname(values.data), 'images');
await useBackend(values.backend, { threads: 1 });
const setting = await openSetting({ data: values.data, images, steps: 1000, seed: Number(values.seed) });
const ours = await takeSteps(setting);
const command = await firstLoss(setting);
console.log(`first loss: ${ours.results[0].loss} here, ${command} by trainModel`);
const folder = mkdtempSync(path.join(tmpdir(), 'seg-agreement-'));
try {
  const lines = [];
  const params = await firstValues(setting);
  await trainInPytorch(folder, {
    setting,
    params,
    batchesFrom: withPoints,
    onStep: (line) => lines.push(line),
    trace: steps,
  });
  params.dispose();
  report(lines);
} finally {
  rmSync(folder, { recursive: true });
}

/** Our steps: `fit` with the optimizer in sight. */
async function takeSteps({ model, recipe, loss }) {
  init.seedInitializers(recipe.seed);
  const params = model.createParams();
  const { network } = model.build(params);
  const points = [];
  const objective = aidedMask2FormerObjective(network, loss, {
    semanticWeight: recipe.semanticWeight,
    scope: params.root.at('auxiliary'),
    seed: (step) => recorded(randomPoints(seededRandom(recipe.seed + step * 7919)), (points[step] = [])),
  });
  const { weightDecay, clipNorm, groups } = recipe;
  const optimizer = new AdamW(params.trainable(), { weightDecay, clipNorm, group: groupsByKey(groups) });
  const average = new ParameterAverage(params, recipe.average);
  const schedule = warmup(cosineSchedule(recipe.learningRate, recipe.steps), recipe.warmup);
  const results = [];
  let first;
  const seen = {
    update(gradients, ...rest) {
      first ??= new Map([...gradients].filter(([, g]) => g !== null).map(([key, g]) => [key, inStore(params, key, g)]));
      return optimizer.update(gradients, ...rest);
    },
  };
  for await (const batch of batchesFrom(setting, 0)) {
    const step = results.length;
    const learningRate = schedule(step);
    results.push({ ...(await trainStep(params, seen, objective, batch, { step, learningRate })), learningRate });
    average.update(step);
    tf.dispose([batch.pixels, ...batch.targets.map(({ masks }) => masks)]);
    if (results.length === steps) break;
  }
  const last = await storedParameters(params);
  average.swap();
  return { results, gradients: first, points, last, averaged: await storedParameters(params) };
}

/** First loss of what the command trains: the same batch, values and points. */
async function firstLoss({ training, model, recipe }) {
  let loss;
  for await (const event of rehearse({ model, data: { training }, task: 'instance', recipe }, 1)) {
    if (event.type === 'step') loss = event.loss;
    if (event.type === 'end') event.params.dispose();
  }
  return loss;
}

/** Values of a gradient as the checkpoint has its parameter. */
function inStore(params, key, gradient) {
  return tf.tidy(() => (params.storedLayout(key)?.intoStored(gradient) ?? gradient).dataSync().slice());
}

/** A source of points that keeps them by output: those of matching by image, the candidates, those from anywhere. */
function recorded(source, outputs) {
  const kept =
    (kind) =>
    (output, ...rest) => {
      const values = source[kind](output, ...rest);
      ((outputs[output] ??= {})[kind] ??= []).push(values);
      return values;
    };
  return { matching: kept('matching'), candidates: kept('candidates'), anywhere: kept('anywhere') };
}

/** The same batches with our points in the order in which transformers asks for them: the last output first. */
async function* withPoints(first) {
  let step = first;
  for await (const batch of batchesFrom(setting, first)) {
    const outputs = ours.points[step++];
    const order = [outputs.at(-1), ...outputs.slice(0, -1)];
    yield {
      ...batch,
      points: order.flatMap(({ matching, candidates, anywhere }) => [matching, candidates, anywhere].flat()),
    };
  }
}

function report(lines) {
  ours.results.forEach(({ loss, gradientNorm, learningRate }, step) => {
    const theirs = lines[step];
    console.log(
      `step ${step}: loss ${loss.toFixed(5)} and ${theirs.loss.toFixed(5)}, norm ${gradientNorm.toFixed(4)} and ${theirs.norm.toFixed(4)}, rate ${learningRate} and ${theirs.rate}`,
    );
  });
  const read = (name) => openSafetensors(bytesOf(name, readFileSync(path.join(folder, `${name}.safetensors`))));
  const stored = (map) => new Map([...map].map(([key, { values }]) => [key, values]));
  for (const [what, own, name] of [
    ['gradients of the first step', ours.gradients, 'gradients'],
    ['parameters', stored(ours.last), 'last'],
    ['averages', stored(ours.averaged), 'trained'],
  ]) {
    const file = read(name);
    const theirs = new Map([...file.keys()].map((key) => [key, file.read(key).values]));
    const { whole, worst } = farthest(own, theirs);
    console.log(`${what}: ${own.size} tensors, ${whole.toExponential(1)} of the norm apart`);
    for (const { key, part, norm } of worst.slice(0, 5))
      console.log(`  ${part.toExponential(1)} of ${norm.toExponential(1)}  ${key}`);
  }
}
