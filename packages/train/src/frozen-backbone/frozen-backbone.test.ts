import type { Steps } from '@seg/core';
import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { FrozenBackbone, type KeptFeatures } from './frozen-backbone.ts';

/** Twice the pixels, and a quarter of them in one place less a side; counts what it computes. */
class Doubling {
  readonly dims = [3, 3];
  images = 0;

  forward(pixels: tf.Tensor4D): tf.Tensor4D[] {
    this.images += pixels.shape[0];
    return tf.tidy(() => [tf.mul(pixels, 2), tf.mul(tf.slice(pixels, [0, 1, 1, 0]), 0.25)]);
  }

  // biome-ignore lint/correctness/useYield: one step
  *forwardSteps(pixels: tf.Tensor4D): Steps<tf.Tensor4D[]> {
    return this.forward(pixels);
  }
}

/** Pixels of samples by their numbers: each has its own. */
const pixelsOf = (samples: readonly number[], side = 3): tf.Tensor4D =>
  tf.tidy(() =>
    tf.concat4d(
      samples.map((sample) => tf.randomNormal<tf.Rank.R4>([1, side, side, 3], 0, 1, 'float32', sample + 1)),
      0,
    ),
  );

/** Bytes of one sample of 3 × 3: maps of 27 and 12 numbers. */
const BYTES = 4 * (27 + 12);

const valuesOf = (maps: tf.Tensor[]) => Promise.all(maps.map(async (map) => [...(await map.data())]));

async function mapsOf(backbone: FrozenBackbone, samples: readonly number[], side?: number): Promise<number[][]> {
  const pixels = pixelsOf(samples, side);
  await backbone.prepare({ pixels, targets: [], samples });
  const maps = backbone.forward(pixels);
  const values = await valuesOf(maps);
  tf.dispose([pixels, maps]);
  return values;
}

onEveryBackend('a frozen backbone over samples that come again', () => {
  const made = (kept?: KeptFeatures) => {
    const inner = new Doubling();
    return { inner, frozen: new FrozenBackbone(inner, kept) };
  };

  test('computes each once; its maps are those of the batch, and no tensor stays', async () => {
    const { inner, frozen } = made();
    const before = tf.memory().numTensors;
    const pixels = pixelsOf([4, 7, 9]);
    const expected = new Doubling().forward(pixels);
    const values = await valuesOf(expected);
    tf.dispose([pixels, expected]);
    expect(await mapsOf(frozen, [4, 7, 9])).toEqual(values);
    expect(await mapsOf(frozen, [4, 7, 9])).toEqual(values);
    const turned = await mapsOf(frozen, [9, 4]);
    expect(turned[0].slice(27)).toEqual(values[0].slice(0, 27));
    expect([inner.images, frozen.store.size, tf.memory().numTensors]).toEqual([3, 3, before]);
  });

  test('keeps what there is room for, what comes first, and computes the rest anew to the same numbers', async () => {
    const { inner, frozen } = made({ bytes: 2 * BYTES + BYTES / 2 });
    const first = await mapsOf(frozen, [1, 2, 3]);
    expect([inner.images, frozen.store.size]).toEqual([3, 2]);
    expect(await mapsOf(frozen, [1, 2, 3])).toEqual(first);
    expect([inner.images, frozen.store.size]).toEqual([4, 2]);
  });

  test('a sample that is padded to another size is another', async () => {
    const { inner, frozen } = made();
    await mapsOf(frozen, [5]);
    const [large] = await mapsOf(frozen, [5], 4);
    expect([large.length, inner.images]).toEqual([48, 2]);
  });

  test('float16 takes half the room, rounds to 11 bits, and so what is not kept', async () => {
    const exact = await mapsOf(made().frozen, [6]);
    const { frozen } = made({ precision: 'float16', bytes: BYTES / 2 });
    const [kept, again] = [await mapsOf(frozen, [6]), await mapsOf(frozen, [6])];
    expect([again, frozen.store.size]).toEqual([kept, 1]);
    expect(await mapsOf(made({ precision: 'float16', bytes: 0 }).frozen, [6])).toEqual(kept);
    expect(kept).not.toEqual(exact);
    exact.flat().forEach((value, i) => {
      expect(Math.abs(kept.flat()[i] - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -11); // half a unit of 11 bits
    });
  });

  test('numbers beyond float16, batches without numbers and pixels that nobody prepared are refused', async () => {
    const { frozen } = made({ precision: 'float16' });
    const pixels = tf.fill([1, 2, 2, 3], 40_000) as tf.Tensor4D;
    const large = frozen.prepare({ pixels, targets: [], samples: [1] });
    await expect(large).rejects.toThrow('expected numbers within ±65504 for float16, got 80000');
    await expect(frozen.prepare({ pixels, targets: [] })).rejects.toThrow('expected numbers of the samples');
    expect(() => frozen.forward(pixels)).toThrow('expected the pixels of a batch that was prepared');
    pixels.dispose();
  });
});
