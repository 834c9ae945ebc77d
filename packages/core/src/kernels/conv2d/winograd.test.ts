import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { conv2d } from './conv2d.ts';

/** Side of the map, and row and column of the pixel that is no number: at each place in a tile of 2 × 2. */
const [SIDE, PLACES] = [17, [[8, 8], [8, 9], [9, 8], [0, 16]]] as const; // biome-ignore format: one pixel each

onEveryBackend('3×3 convolutions of 32 channels, on wasm by Winograd', () => {
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  test.each(odd.flatMap((value) => PLACES.map(([y, x]) => [value, y, x] as const)))(
    '%s at %i, %i: its neighborhood is not finite, all else is',
    async (value, atY, atX) => {
      const x = tf.buffer([1, SIDE, SIDE, 32], 'float32', new Float32Array(SIDE * SIDE * 32).fill(1));
      x.set(value, 0, atY, atX, 5);
      const y = conv2d(x.toTensor() as tf.Tensor4D, tf.fill([3, 3, 32, 32], 0.5), { padding: 1 });
      for (const [i, number] of (await y.data()).entries()) {
        const pixel = Math.floor(i / 32);
        const [row, column] = [Math.floor(pixel / SIDE), pixel % SIDE];
        const isNear = Math.abs(row - atY) <= 1 && Math.abs(column - atX) <= 1;
        if (Number.isFinite(number) === isNear) expect.fail(`got ${number} at ${row}, ${column}`);
        if (isNear && Number.isNaN(value)) expect(number).toBeNaN();
      }
    },
  );
});
