import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { init, ParamStore, useBackend } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import type { ModelDescription } from '../src/description/model-description.ts';
import { footprint } from '../src/footprint.ts';
import { loadModel } from '../src/load-model.ts';
import { buildModel, PRESETS } from '../src/systems/systems.ts';
import { TINY_DESCRIPTIONS } from './tiny-descriptions.ts';

const SYSTEMS = Object.entries(TINY_DESCRIPTIONS);

// wasm, whose kernels sample without the tensors that their plain references need on cpu
beforeAll(async () => void (await useBackend('wasm')));

/** The largest image that the preprocessing makes. */
function sized(description: ModelDescription, [height, width]: [number, number]): ModelDescription {
  const { preprocessing } = description;
  const isSquare = preprocessing.resize.kind === 'square';
  const resize = isSquare
    ? { kind: 'square' as const, side: 129 }
    : { kind: 'exact' as const, size: [height, width] as [number, number] };
  return { ...description, preprocessing: { ...preprocessing, resize } };
}

test.each(SYSTEMS)('%s: parameters are counted, none is made', (_, description) => {
  init.seedInitializers(1);
  const params = new ParamStore();
  const model = buildModel(params, description.config);
  const numbers = params.keys().reduce((sum, key) => sum + params.get(key).size, 0);
  const expected = { numbers, parameters: params.keys().length };
  const before = tf.memory().numTensors;
  expect(footprint('test', description)).toMatchObject(expected);
  expect(tf.memory().numTensors).toBe(before);
  model.dispose();
});

test.each(SYSTEMS)('%s: numbers alive in a pass are estimated within a factor of four', async (_, description) => {
  const described = sized(description, [128, 192]);
  const { size, activations } = footprint('test', described);
  init.seedInitializers(1);
  const model = buildModel(new ParamStore(), described.config);
  tf.dispose(model.forward(tf.zeros([1, ...size!, 3])) as tf.TensorContainer); // folds batch norms and the like
  const before = tf.memory().numBytes;
  const pixels = tf.zeros<tf.Rank.R4>([1, ...size!, 3]);
  const { peakBytes } = await tf.profile(() => model.forward(pixels) as tf.TensorContainer);
  const measured = (peakBytes - before) / 4;
  expect(activations! / measured, `${activations} estimated, ${measured} measured`).toBeGreaterThan(1 / 4);
  expect(activations! / measured, `${activations} estimated, ${measured} measured`).toBeLessThan(4);
  model.dispose();
});

test.each(Object.entries<ModelDescription>(PRESETS))('%s is within the bounds', (_, description) => {
  expect(footprint('test', description).numbers).toBeGreaterThan(1e6);
});

let folder = '';
beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), 'seg-footprint-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const BASE = TINY_DESCRIPTIONS.mask2former;
const backbone = (change: object) => ({
  config: { ...BASE.config, backbone: { ...(BASE.config.backbone as object), ...change } },
});
const resize = (side: number) => ({
  preprocessing: { ...BASE.preprocessing, resize: { kind: 'exact', size: [side, side] } },
});

test.each([
  [
    '65,536 layers',
    { config: { ...BASE.config, numDecoderLayers: 65_536 } },
    /from 0 to 1024 as config.numDecoderLayers, got 65536/,
  ],
  ['65,536 blocks', backbone({ depths: [1, 1, 1, 65_536] }), /from 1 to 1024 as config.backbone.depths, got/],
  ['65,536 channels', { config: { ...BASE.config, decoderFfnDim: 65_536, dim: 65_536 } }, /at most 4294967296 numbers/],
  ['65,536 queries', { config: { ...BASE.config, numQueries: 65_536 } }, /at most 4294967296 numbers at once/],
  [
    'images of 16,384 pixels a side',
    resize(16_384),
    /expected images of at most 67108864 pixels, got preprocessing to 16384x16384/,
  ],
])('%s are refused at once, before weights are looked for', async (_, change, message) => {
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify({ format: 'seg-model-1', ...BASE, ...change }));
  const started = performance.now();
  await expect(loadModel(folder)).rejects.toThrow(message);
  expect(performance.now() - started).toBeLessThan(5000); // less than 1 s alone
});
