import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { test } from 'vitest';

import { checkBodies, checkOps, pulled, random } from '../../../test/kernel-checks.ts';
import { gelu, geluGradientReference, geluReference } from './gelu.ts';

checkOps([{ title: 'gelu', shapes: [[3, 7]], f: (x) => gelu(tf.mul(x, 2)) }]);

checkBodies([
  {
    title: 'gelu and its gradient, from −9 to 9',
    run: () => {
      const x = tf.linspace(-9, 9, 1001);
      const dy = random([1001], 1);
      return {
        fast: [gelu(x), ...pulled(gelu, [x], dy)],
        plain: [geluReference({ x }), geluGradientReference({ dy, x })],
      };
    },
    tolerance: 2e-6,
  },
]);

// expected values: torch.nn.functional in float64
onEveryBackend('gelu against PyTorch', () => {
  test('gelu is the exact one', async () => {
    const x = [-5, -3, -1, -0.5, 0, 0.5, 1, 3, 5];
    const expected = [
      -1.433257829e-6, -0.004049693949, -0.1586552539, -0.1542687694, 0, 0.3457312306, 0.8413447461, 2.995950306,
      4.999998567,
    ];
    await expectClose(gelu(tf.tensor1d(x)), expected, { absolute: 5e-7, relative: 1e-6 });
  });
});
