import { bytesOf } from '@seg/checkpoint/safetensors';
import { type Initializer, init, ParamStore, useBackend } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { resumeTraining, saveTraining, saveWeights, storedParameters } from './checkpoint.ts';
import { AdamW } from './optimizers/adamw.ts';

beforeAll(() => useBackend('cpu'));

function make(value: Initializer = init.zeros, shape = [3, 2]) {
  const params = new ParamStore();
  for (const key of ['a', 'b']) params.root.param(key, shape, value);
  return { params, optimizer: new AdamW(params.trainable(), {}) };
}

const ones: Initializer = (shape) => tf.ones(shape);

/** Tries a file, and proves that a refusal has changed nothing. */
function attempt(file: Uint8Array, shape?: number[]): string {
  const { params, optimizer } = make(undefined, shape);
  try {
    resumeTraining(bytesOf('t.safetensors', file), params, optimizer);
    return 'accepted';
  } catch (error) {
    const values = [...params.keys()].flatMap((key) => [...params.get(key).dataSync()]);
    expect(values.every((one) => one === 0)).toBe(true);
    expect(optimizer.steps).toBe(0);
    return `${(error as Error).name}: ${(error as Error).message}`;
  } finally {
    params.dispose();
    optimizer.dispose();
  }
}

async function saved(): Promise<Uint8Array> {
  const { params, optimizer } = make(ones);
  const file = await saveTraining(params, optimizer, { config: '{"dim":3}' });
  params.dispose();
  optimizer.dispose();
  return file;
}

test('what was saved is resumed from', async () => {
  expect(attempt(await saved())).toBe('accepted');
});

test('a flipped bit anywhere is refused, and nothing changes', async () => {
  const file = await saved();
  for (let at = 0; at < file.length; at++) {
    const changed = file.slice();
    changed[at] ^= 0x40;
    expect(attempt(changed), `byte ${at}`).toMatch(/^FormatError: t\.safetensors: .*expected /);
  }
});

test('a file that ends early is refused at every length', async () => {
  const file = await saved();
  for (let length = 0; length < file.length; length += 7) {
    expect(attempt(file.subarray(0, length)), `${length} bytes`).toMatch(/^FormatError: t\.safetensors: .*expected /);
  }
});

test('numbers that are none are not saved: no training could go on from them', async () => {
  const { params, optimizer } = make((shape) => tf.fill(shape, Number.NaN));
  await expect(saveTraining(params, optimizer)).rejects.toThrow(
    'saveTraining: expected finite numbers, got others in a',
  );
  params.dispose();
  optimizer.dispose();
});

test('parameters of another shape are refused by name', async () => {
  expect(attempt(await saved(), [2, 3])).toBe('FormatError: t.safetensors: expected a [2,3], got [3,2]');
});

test('parameters that are gone, or none, are not saved', async () => {
  const { params, optimizer } = make((shape) => tf.zeros(shape));
  params.dispose();
  const gone = 'expected a live model, got one that was disposed';
  await expect(saveWeights(params)).rejects.toThrow(gone);
  await expect(saveTraining(params, optimizer)).rejects.toThrow(gone);
  await expect(storedParameters(params)).rejects.toThrow(gone);
  await expect(saveWeights(new ParamStore())).rejects.toThrow('expected parameters, got a store of none');
  optimizer.dispose();
});
