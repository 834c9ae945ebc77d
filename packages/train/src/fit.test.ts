import { bytesOf } from '@seg/checkpoint';
import { Linear, type ParamStore } from '@seg/core';
import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { type FitOptions, fit, type SavedTraining, type TrainingStorage } from './fit.ts';

const RECIPE = { steps: 6, learningRate: 0.05, warmup: 2, weightDecay: 0.1, clipNorm: 1, seed: 3 };

/** Keeps what was written in memory. */
function memory(): TrainingStorage & { saved: SavedTraining | null; writes: number } {
  return {
    saved: null,
    writes: 0,
    async read() {
      return this.saved === null ? [] : [this.saved];
    },
    async write(checkpoint, log) {
      this.saved = { checkpoint: bytesOf('memory', checkpoint), log: structuredClone(log) };
      this.writes++;
    },
  };
}

async function* batchesFrom(step: number, end = Number.POSITIVE_INFINITY) {
  for (let s = step; s < end; s++)
    yield { pixels: tf.randomNormal<tf.Rank.R4>([1, 2, 2, 3], 0, 1, 'float32', s + 1), targets: [] };
}

function options(storage: TrainingStorage): FitOptions<Linear, tf.Tensor4D, null> {
  return {
    title: 'a line',
    storage,
    build: (params: ParamStore) => new Linear(params.root, { inDim: 3, outDim: 2 }),
    objectiveFor: (layer) => ({
      forward: (pixels) => layer.forward(pixels),
      decide: async () => null,
      loss: (prediction) => ({ total: tf.sum(tf.square(tf.sub(prediction, 1))), terms: {} }),
    }),
    recipe: RECIPE,
    batchesFrom,
    saveEvery: 4,
  };
}

/** Bytes of a checkpoint. */
function bytes({ saved }: { saved: SavedTraining | null }): Uint8Array {
  const { checkpoint } = saved!;
  return checkpoint.read(0, checkpoint.size);
}

onEveryBackend('fit', () => {
  test('stopped and continued, ends in the bytes and the log of one run, and leaves the parameters alone', async () => {
    const [whole, parts] = [memory(), memory()];
    const before = tf.memory().numTensors;
    const { params } = await fit(options(whole));
    expect(whole.writes).toBe(2);
    expect(tf.memory().numTensors - before).toBe([...params.keys()].length);
    params.dispose();
    const lines: string[] = [];
    for (const stopAt of [3, 6]) {
      const part = await fit({ ...options(parts), stopAt, onProgress: (line) => lines.push(line) });
      part.params.dispose();
    }
    expect(lines.filter((line) => line.startsWith('continuing'))).toEqual(['continuing at step 3']);
    expect(bytes(parts)).toEqual(bytes(whole));
    expect(parts.saved!.log).toEqual(whole.saved!.log);
    expect(whole.saved!.log.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('a damaged checkpoint is told, and the one before it taken: the same bytes in the end', async () => {
    const [whole, parts] = [memory(), memory()];
    (await fit(options(whole))).params.dispose();
    const states: SavedTraining[] = [];
    for (const stopAt of [2, 4]) {
      (await fit({ ...options(parts), stopAt })).params.dispose();
      states.unshift(parts.saved!);
    }
    const damaged = bytes(parts).slice();
    damaged[damaged.length - 1] ^= 0x40; // an exponent
    states[0] = { ...states[0], checkpoint: bytesOf('newest', damaged) };
    const lines: string[] = [];
    const storage = { ...parts, read: async () => states, write: parts.write.bind(parts) };
    (await fit({ ...options(storage), onProgress: (line) => lines.push(line) })).params.dispose();
    expect(lines[0]).toMatch(/^warning: newest: expected the checksum /);
    expect(lines[1]).toBe('continuing at step 2');
    expect(bytes(parts)).toEqual(bytes(whole));
    const alone = fit(options({ ...parts, read: async () => states.slice(0, 1) }));
    await expect(alone).rejects.toThrow('newest: expected the checksum');
  });

  test('batches that end too soon are named by their step', async () => {
    const failed = fit({ ...options(memory()), batchesFrom: (step) => batchesFrom(step, 2) });
    await expect(failed).rejects.toThrow('fit: expected batches up to step 6, got none at step 2');
  });
});
