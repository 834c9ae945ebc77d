import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { test } from 'vitest';

import { type BodyCase, checkBodies, checkOps, random } from '../../../test/kernel-checks.ts';
import {
  fromWindows,
  fromWindowsReference,
  fromWindowsThen,
  fromWindowsThenReference,
  intoColumns,
  intoNormedWindows,
  intoWindows,
  intoWindowsReference,
} from './windows.ts';

function windowsCase(title: string, shape: [number, number, number, number], shift: number): BodyCase {
  return {
    title: `windows ${title}`,
    run: () => {
      const x = random(shape, 1) as tf.Tensor4D;
      const cut = { window: 3, shift };
      const windows = random(intoWindowsReference({ x }, cut).shape, 2) as tf.Tensor3D;
      const back = { ...cut, size: [shape[1], shape[2]] as [number, number] };
      return {
        fast: [intoWindows(x, cut), fromWindows(windows, back), fromWindows(windows, back, x)],
        plain: [
          intoWindowsReference({ x }, cut),
          fromWindowsReference({ windows }, back),
          fromWindowsReference({ windows, residual: x }, back),
        ],
      };
    },
    tolerance: 0,
  };
}

function normedCase(title: string, shape: [number, number, number, number], shift: number): BodyCase {
  return {
    title: `windows and norms ${title}`,
    run: () => {
      const x = random(shape, 1) as tf.Tensor4D;
      const [gain, bias] = [random([shape[3]], 2), random([shape[3]], 3)];
      const [norm, cut] = [
        { gain, bias, epsilon: 1e-3 },
        { window: 3, shift },
      ];
      const attrs = { ...cut, epsilon: 1e-3 };
      const windows = random(intoWindowsReference({ x }, cut).shape, 4) as tf.Tensor3D;
      const back = { ...attrs, size: [shape[1], shape[2]] as [number, number] };
      return {
        fast: [intoNormedWindows(x, cut, norm), ...fromWindowsThen(windows, back, x, norm), intoColumns(x, 2)],
        plain: [
          intoWindowsReference({ x, gain, bias }, attrs),
          ...fromWindowsThenReference({ windows, residual: x, gain, bias }, back),
          intoWindowsReference({ x }, { window: 2, shift: 0, byColumns: true }),
        ],
      };
    },
    tolerance: 2e-5,
  };
}

checkBodies([
  normedCase('of a map that they fill', [2, 6, 9, 4], 0),
  normedCase('shifted, of a map that they do not fill', [2, 7, 10, 72], 1),
  normedCase('shifted, of an odd number of channels', [1, 5, 4, 3], 2),
  windowsCase('of a map that they fill', [2, 6, 9, 4], 0),
  windowsCase('shifted, of a map that they do not fill', [2, 7, 10, 8], 1),
  windowsCase('shifted, of an odd number of channels', [1, 5, 4, 3], 2),
]);

checkOps([
  {
    title: 'windows there and back',
    shapes: [[1, 4, 5, 2]],
    f: (x) => {
      const cut = { window: 3, shift: 1 };
      return tf.tidy(() => fromWindows(tf.square(intoWindows(x as tf.Tensor4D, cut)), { ...cut, size: [4, 5] }));
    },
  },
]);

onEveryBackend('windows', () => {
  test('column by column', async () => {
    const x = tf.reshape(tf.range(0, 8), [1, 2, 4, 1]) as tf.Tensor4D;
    await expectClose(intoColumns(x, 2), [0, 4, 1, 5, 2, 6, 3, 7]);
  });

  test('the first shifted window begins at the shift, and what is rolled out comes back at the end', async () => {
    const x = tf.reshape(tf.range(0, 16), [1, 4, 4, 1]) as tf.Tensor4D;
    const windows = intoWindows(x, { window: 2, shift: 1 });
    await expectClose(windows, [5, 6, 9, 10, 7, 4, 11, 8, 13, 14, 1, 2, 15, 12, 3, 0]);
    await expectClose(fromWindows(windows, { window: 2, shift: 1, size: [4, 4] }), x);
  });
});
