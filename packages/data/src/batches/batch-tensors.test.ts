import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import type { MaskSample } from '../data-sets/mask-sample.ts';
import { batchTensors } from './batch-tensors.ts';

const sample = (width: number, height: number): MaskSample => ({
  name: '',
  image: { data: new Uint8Array(3 * width * height).fill(10), width, height },
  segments: [
    { mask: { x: 1, y: 0, width: 1, height: 1, data: Uint8Array.of(1) }, category: 4, isCrowd: false },
    { mask: { x: 0, y: 0, width: 1, height: 1, data: Uint8Array.of(1) }, category: 2, isCrowd: true },
  ],
  unknown: null,
});

onEveryBackend('batches of tensors', () => {
  test('pixels are normalized and padded with 0 to the divisor, masks with them; crowds are left out', async () => {
    const samples = [sample(2, 1), sample(3, 2)];
    const { pixels, targets } = batchTensors(samples, { mean: [8, 10, 12], std: [2, 1, 2], divisor: 2 });
    expect(pixels.shape).toEqual([2, 2, 4, 3]);
    const of = (...ones: number[]) => Array.from({ length: 8 }, (_, i) => (ones.includes(i) ? [1, 0, -1] : [0, 0, 0]));
    expect([...(await pixels.data())]).toEqual([of(0, 1), of(0, 1, 2, 4, 5, 6)].flat(2));
    expect(targets.map(({ classes }) => [...classes])).toEqual([[4], [4]]);
    expect(targets[0].masks.shape).toEqual([1, 2, 4]);
    expect([...(await targets[0].masks.data())]).toEqual([0, 1, 0, 0, 0, 0, 0, 0]);
    tf.dispose([pixels, ...targets.map(({ masks }) => masks)]);
  });
});
