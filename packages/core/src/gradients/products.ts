import * as tf from '@tensorflow/tfjs-core';

import { type Gradient, sumToShape } from './gradient.ts';

/**
 * Derivative of the batched product: dA = dY Bᵀ, dB = Aᵀ dY, with the roles exchanged where an operand enters
 * transposed, summed over batches along which an operand was broadcast.
 */
export const productGradients: Gradient[] = [
  {
    kernelName: 'BatchMatMul',
    inputsToSave: ['a', 'b'],
    gradFunc: (upstream, [a, b], { transposeA, transposeB }) => {
      const dy = upstream as tf.Tensor;
      const [tA, tB] = [Boolean(transposeA), Boolean(transposeB)];
      return {
        a: () => sumToShape(tA ? tf.matMul(b, dy, tB, true) : tf.matMul(dy, b, false, !tB), a.shape),
        b: () => sumToShape(tB ? tf.matMul(dy, a, true, tA) : tf.matMul(a, dy, !tA, false), b.shape),
      };
    },
  },
];
