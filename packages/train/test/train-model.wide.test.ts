import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bytesOf, openSafetensors } from '@seg/checkpoint';
import { useBackend } from '@seg/core';
import { asMaskDataset, type MaskDataset, SceneDataset, withCategories } from '@seg/data';
import { modelFiles, openModel, Segmenter } from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { type TrainModelOptions, trainModel } from '../src/files/train-model.ts';
import { fitModel, trainedDescription } from '../src/fit/fit-model.ts';
import { modelWeights } from '../src/fit/model-weights.ts';
import type { TrainingLog } from '../src/fit/training-log.ts';
import type { TrainingStorage } from '../src/fit/training-storage.ts';
import { finetuneRecipe } from '../src/recipes/finetune.ts';
import { SMALL_MODELS, type SmallModelName, smallModel } from '../src/recipes/small-models.ts';

let parent = '';
beforeAll(async () => {
  await useBackend('wasm');
  parent = mkdtempSync(path.join(tmpdir(), 'seg-road-'));
});
afterAll(() => rmSync(parent, { recursive: true }));

/** Generated scenes; of instances alone where the system has no stuff. */
function scenes(split: 'training' | 'testing', things: boolean): MaskDataset {
  const all = asMaskDataset(new SceneDataset({ split, length: 2, height: 64, width: 64 }));
  if (!things) return all;
  const categories = all.categories.filter(({ isThing }) => isThing);
  const isKept = ({ category }: { category: number }) => category < categories.length;
  const read = async (index: number) => {
    const sample = await all.read(index);
    return { ...sample, segments: sample.segments.filter(isKept) };
  };
  return { ...all, task: 'instance', categories, name: all.name, read };
}

async function options(name: SmallModelName, out: string): Promise<TrainModelOptions> {
  const isSolo = name === 'solov2';
  const data = { training: scenes('training', isSolo), validation: scenes('testing', isSolo) };
  const size = 64;
  const model = await openModel(name, smallModel(name, size), { weights: false, categories: data.training.categories });
  const recipe = finetuneRecipe({ model: name, isNew: true, size: name === 'max-deeplab' ? size + 1 : size, steps: 2 });
  return {
    out: path.join(parent, out),
    model,
    data,
    task: isSolo ? 'instance' : 'panoptic',
    recipe: { ...recipe, batch: 1, warmup: 0, validateEvery: 2, saveEvery: 1 },
    origin: { data: 'scenes' },
  };
}

async function run(made: TrainModelOptions): Promise<string[]> {
  const types: string[] = [];
  for await (const event of trainModel(made)) {
    types.push(event.type);
    if (event.type === 'end') event.params.dispose();
  }
  return types;
}

test('without folders and threads it is the same training, and its files the same model', async () => {
  const { out, ...made } = await options('mask2former', 'in-a-folder');
  await run({ out, ...made });
  const before = tf.memory().numTensors;
  let checkpoint = new Uint8Array();
  let log: TrainingLog | null = null;
  let best = new Uint8Array();
  const storage: TrainingStorage = {
    read: async () => [],
    write: async (...written) => {
      [checkpoint, log] = [written[0] as Uint8Array<ArrayBuffer>, structuredClone(written[1])];
    },
    writeBest: async (weights) => {
      best = weights as Uint8Array<ArrayBuffer>;
    },
  };
  let files = new Map<string, Uint8Array>();
  for await (const event of fitModel({ ...made, storage })) {
    if (event.type !== 'end') continue;
    files = await modelFiles(trainedDescription(made), modelWeights(event.model));
    event.params.dispose();
  }
  expect(tf.memory().numTensors).toBe(before);
  const read = (file: string) => readFileSync(path.join(out, file));
  expect(Buffer.compare(checkpoint, read('training.safetensors'))).toBe(0);
  expect(Buffer.compare(best, read('best.safetensors'))).toBe(0);
  expect(log!.validations).toHaveLength(1);
  expect(JSON.parse(new TextDecoder().decode(files.get('config.json')))).toEqual(
    JSON.parse(read('model/config.json').toString()),
  );
  const [here, there] = [files.get('model.safetensors')!, new Uint8Array(read('model/model.safetensors'))].map(
    (bytes) => openSafetensors(bytesOf('model', bytes)),
  );
  for (const key of there.keys()) expect(here.read(key), key).toEqual(there.read(key)); // the last step is the best here
});

test('the model folder has the recipe’s threshold of doubles, and systems without a use of it refuse one', async () => {
  const { description } = (await options('mask2former', 'unused')).model;
  const recipe = finetuneRecipe({ model: 'mask2former', isNew: true });
  expect(trainedDescription({ model: { description } as TrainModelOptions['model'], recipe }).inference).toEqual({
    ...description.inference,
    nmsThreshold: 0.7,
  });
  const solo = await options('solov2', 'refused');
  expect(solo.recipe.nmsThreshold).toBeUndefined();
  const refused = run({ ...solo, recipe: { ...solo.recipe, nmsThreshold: 0.7 } });
  await expect(refused).rejects.toThrow('recipe: expected no nmsThreshold for a solov2, got 0.7');
});

test('a validation of other categories is refused by name, in a folder or without, and leaves nothing behind', async () => {
  const { out, ...made } = await options('solov2', 'other-categories');
  const { training, validation } = made.data;
  const categories = training.categories.map((one, k) => (k === 1 ? { ...one, name: 'nut' } : one));
  const data = { training, validation: { ...validation!, categories } };
  const message = `validation: expected category "${training.categories[1].name}" as things, got none`;
  await expect(run({ out, ...made, data })).rejects.toThrow(message);
  expect(existsSync(out)).toBe(false);
  const storage: TrainingStorage = { read: async () => [], write: async () => {} };
  expect(() => fitModel({ ...made, data, storage })).toThrow(message);
});

test.each(SMALL_MODELS)('a small %s goes from data to a model folder that segments', async (name) => {
  const before = tf.memory().numTensors;
  const made = await options(name, name);
  expect(await run(made)).toEqual(['step', 'checkpoint', 'step', 'validation', 'checkpoint', 'end']);
  expect(tf.memory().numTensors).toBe(before);
  for (const file of [
    'run.json',
    'log.jsonl',
    'results.csv',
    'loss.svg',
    'metrics.svg',
    'confusion.csv',
    'model/config.json',
  ]) {
    expect(existsSync(path.join(made.out, file)), file).toBe(true);
  }
  expect(existsSync(path.join(made.out, 'validation', '01-testing-000000.png'))).toBe(true);
  const segmenter = await Segmenter.load(path.join(made.out, 'model'));
  expect(segmenter.categories).toEqual(made.data.training.categories);
  const { image } = await made.data.validation!.read(0);
  const found = await segmenter.segment(image, { task: made.task });
  expect(found.width).toBe(64);
  segmenter.dispose();
});

test('stopped and continued, a run ends in the same files; one of another making is refused', async () => {
  const [whole, parts] = [await options('mask2former', 'whole'), await options('mask2former', 'parts')];
  await run(whole);
  await run({ ...parts, stopAt: 1 });
  expect(existsSync(path.join(parts.out, 'model'))).toBe(false);
  expect((await run(parts))[0]).toBe('continued');
  for (const file of [
    'training.safetensors',
    'log.jsonl',
    'results.csv',
    'model/model.safetensors',
    'run.json',
    'validation/01-testing-000000.png',
  ]) {
    const [a, b] = [whole, parts].map(({ out }) => readFileSync(path.join(out, file)));
    expect(a.equals(b), file).toBe(true);
  }
  const unknown = { ...parts, out: `${parts.out}-unknown`, recipe: { ...parts.recipe, loss: { maskWeigth: 1 } } };
  await expect(run(unknown)).rejects.toThrow('loss: expected classWeight, maskWeight, diceWeight,');
  const other = { ...parts, recipe: { ...parts.recipe, learningRate: 1 } };
  await expect(run(other)).rejects.toThrow(
    /run\.json: expected the recipe\.learningRate of the run that is there, 0\.001, got 1$/,
  );
});

test('MaX-DeepLab, whose images are squares, refuses a resize, and the recipe of small sets has none', async () => {
  const made = await options('max-deeplab', 'squares');
  expect(made.recipe.resize).toBeUndefined();
  const resize = { kind: 'shortest-edge', shortestEdge: 64, longestEdge: 128 } as const;
  const refused = run({ ...made, recipe: { ...made.recipe, resize } });
  await expect(refused).rejects.toThrow(
    'recipe: expected no resize for a max-deeplab, whose images are squares, got shortest-edge',
  );
});

test('Panoptic SegFormer learns from data with stuff before things, to the same model as with things first', async () => {
  const sorted = await options('panoptic_segformer', 'things-first');
  const { categories } = sorted.data.training;
  const reversed = categories.toReversed();
  const data = {
    training: withCategories(sorted.data.training, reversed),
    validation: withCategories(sorted.data.validation!, reversed),
  };
  const stuffFirst = [...categories].sort((a, b) => Number(a.isThing) - Number(b.isThing));
  expect([data.training.categories[0].isThing, stuffFirst[0].isThing]).toEqual([false, false]);
  const small = smallModel('panoptic_segformer', 64);
  const model = await openModel('panoptic_segformer', small, { weights: false, categories: stuffFirst });
  const made = { ...sorted, out: path.join(parent, 'stuff-first'), data, model };
  for (const each of [sorted, made]) expect((await run(each)).at(-1)).toBe('end');
  for (const file of ['model/config.json', 'model/model.safetensors', 'confusion.csv']) {
    const [one, other] = [sorted, made].map(({ out }) => readFileSync(path.join(out, file)));
    expect(Buffer.compare(one, other), file).toBe(0);
  }
});
