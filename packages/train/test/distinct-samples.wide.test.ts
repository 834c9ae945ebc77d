import { bytesOf } from '@seg/checkpoint';
import { type BackendName, init, type ParamStore, useBackend } from '@seg/core';
import { asMaskDataset, batchTensors, type MaskDataset, SceneDataset } from '@seg/data';
import { openModel, type SegmentationModel } from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';

import { fitModel } from '../src/fit/fit-model.ts';
import { freezeParameters } from '../src/fit/recipe.ts';
import type { TrainingStorage } from '../src/fit/training-storage.ts';
import { modelObjective } from '../src/objectives/model-objective.ts';
import { Sgd } from '../src/optimizers/sgd.ts';
import { BACKBONE_KEYS } from '../src/recipes/backbone-keys.ts';
import { finetuneRecipe } from '../src/recipes/finetune.ts';
import type { Recipe } from '../src/recipes/recipe.ts';
import { type SmallModelName, smallModel } from '../src/recipes/small-models.ts';
import { trainStep } from '../src/train-step.ts';

/** Side of the scenes and of what is made of them. */
const SIZE = 64;

beforeAll(async () => {
  await useBackend('wasm' satisfies BackendName);
});

/** Generated scenes; of instances alone where the system has no stuff. */
function scenes(name: SmallModelName): MaskDataset {
  const all = asMaskDataset(new SceneDataset({ split: 'training', length: 2, height: SIZE, width: SIZE }));
  if (name !== 'solov2') return all;
  const categories = all.categories.filter(({ isThing }) => isThing);
  const read = async (index: number) => {
    const sample = await all.read(index);
    return { ...sample, segments: sample.segments.filter(({ category }) => category < categories.length) };
  };
  return { ...all, task: 'instance', categories, name: all.name, read };
}

async function opened(name: SmallModelName) {
  const training = scenes(name);
  const model = await openModel(name, smallModel(name, SIZE), { weights: false, categories: training.categories });
  return { training, model };
}

const recipeOf = (name: SmallModelName, changes: Partial<Recipe>): Recipe => ({
  ...finetuneRecipe({ model: name, isNew: true, size: SIZE }),
  ...{ freeze: [BACKBONE_KEYS], batch: 2, ...changes },
});

/** Gradients of all that trains, by the change of one step of plain descent, and the loss. */
async function gradientsOf(name: SmallModelName, changes: Partial<Recipe>) {
  const { training, model } = await opened(name);
  const recipe = recipeOf(name, changes);
  init.seedInitializers(1);
  const params: ParamStore = model.createParams();
  const { network }: SegmentationModel = model.build(params);
  const objective = modelObjective(network, params, training.categories, recipe);
  freezeParameters(params, recipe.freeze ?? []);
  const batch = batchTensors(await Promise.all([0, 1].map(training.read)), model.description.preprocessing);
  const optimizer = new Sgd(params.trainable(), { momentum: 0, weightDecay: 0 });
  const values = () => Promise.all([...params.trainable().values()].map((each) => each.data()));
  const before = await values();
  const { loss } = await trainStep(
    params,
    optimizer,
    objective,
    { ...batch, samples: [8, 3] },
    { step: 0, learningRate: 1 },
  );
  const after = await values();
  const keys = [...params.trainable().keys()];
  tf.dispose([batch.pixels, ...batch.targets.map(({ masks }) => masks)]);
  optimizer.dispose();
  params.dispose();
  const gradients = new Map(keys.map((key, i) => [key, Array.from(after[i], (value, j) => value - before[i][j])]));
  return { loss, gradients, keeps: objective.prepare !== undefined };
}

const norm = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));

test.each(['mask2former', 'maskformer', 'solov2', 'panoptic_segformer'] as const)(
  'the rest of a %s learns from kept maps what it learns behind its frozen backbone',
  async (name) => {
    const tensors = tf.memory().numTensors;
    const [kept, plain] = [await gradientsOf(name, { distinctSamples: 9 }), await gradientsOf(name, {})];
    expect(tf.memory().numTensors).toBe(tensors);
    expect([kept.keeps, plain.keeps]).toEqual([true, false]);
    expect(Math.abs(kept.loss / plain.loss - 1)).toBeLessThan(1e-5);
    const all = norm([...plain.gradients.values()].flat());
    expect(all).toBeGreaterThan(0);
    expect([...kept.gradients.keys()]).toEqual([...plain.gradients.keys()]);
    for (const [key, gradient] of plain.gradients) {
      expect(key).not.toMatch(BACKBONE_KEYS);
      const apart = norm(gradient.map((value, i) => value - kept.gradients.get(key)![i]));
      expect(apart, key).toBeLessThan(1e-4 * norm(gradient) + 1e-5 * all); // float32 of products in another order
    }
  },
);

test('nothing is kept of a part of a backbone, of new samples, and of MaX-DeepLab', async () => {
  const keeps = async (name: SmallModelName, changes: Partial<Recipe>) => {
    const { training, model } = await opened(name);
    const params = model.createParams();
    const { network } = model.build(params);
    const { prepare } = modelObjective(network, params, training.categories, recipeOf(name, changes));
    params.dispose();
    return prepare !== undefined;
  };
  expect(await keeps('mask2former', { distinctSamples: 9 })).toBe(true);
  expect(await keeps('mask2former', { distinctSamples: 9, freeze: ['encoder\\.encoder'] })).toBe(false);
  expect(await keeps('mask2former', { distinctSamples: 9, freeze: undefined })).toBe(false);
  expect(await keeps('mask2former', {})).toBe(false);
  expect(await keeps('max-deeplab', { distinctSamples: 9 })).toBe(false);
});

/** Keeps a training in memory. */
function memory(): TrainingStorage & { checkpoint: Uint8Array } {
  return {
    checkpoint: new Uint8Array(),
    async read() {
      const log = { steps: [], validations: [] };
      return this.checkpoint.length === 0 ? [] : [{ checkpoint: bytesOf('memory', this.checkpoint), log }];
    },
    async write(checkpoint) {
      this.checkpoint = checkpoint;
    },
  };
}

test('stopped and continued, and without room for maps, a training ends in the same bytes', async () => {
  const { training, model } = await opened('mask2former');
  const changes = { steps: 4, warmup: 0, distinctSamples: 3, saveEvery: 1 };
  const run = async (storage: TrainingStorage, more: Partial<Recipe> = {}, stopAt?: number) => {
    const recipe = recipeOf('mask2former', { ...changes, ...more });
    for await (const event of fitModel({ model, data: { training }, recipe, task: 'panoptic', storage, stopAt })) {
      if (event.type === 'end') event.params.dispose();
    }
  };
  const tensors = tf.memory().numTensors;
  const [whole, parts, roomless] = [memory(), memory(), memory()];
  await run(whole);
  await run(parts, {}, 1);
  await run(parts);
  await run(roomless, { keptFeatures: { bytes: 0 } });
  expect(tf.memory().numTensors).toBe(tensors);
  expect(whole.checkpoint.length).toBeGreaterThan(0);
  expect(Buffer.compare(parts.checkpoint, whole.checkpoint)).toBe(0);
  expect(Buffer.compare(roomless.checkpoint, whole.checkpoint)).toBe(0);
});
