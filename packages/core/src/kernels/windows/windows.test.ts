import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { test } from 'vitest';

import { type BodyCase, checkBodies, checkOps, random } from '../../../test/kernel-checks.ts';
import { fromWindows, fromWindowsReference, intoWindows, intoWindowsReference } from './windows.ts';

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

checkBodies([
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
  test('the first shifted window begins at the shift, and what is rolled out comes back at the end', async () => {
    const x = tf.reshape(tf.range(0, 16), [1, 4, 4, 1]) as tf.Tensor4D;
    const windows = intoWindows(x, { window: 2, shift: 1 });
    await expectClose(windows, [5, 6, 9, 10, 7, 4, 11, 8, 13, 14, 1, 2, 15, 12, 3, 0]);
    await expectClose(fromWindows(windows, { window: 2, shift: 1, size: [4, 4] }), x);
  });
});
