import * as tf from '@tensorflow/tfjs-core';

import { checkBodies, checkOps, pulled, random } from '../../../test/kernel-checks.ts';
import { classCrossEntropy, classCrossEntropyReference } from './class-cross-entropy.ts';

const labels = (rows: number, classes: number) =>
  tf.tensor1d(Array.from({ length: rows }, (_, i) => (i * 7) % classes), 'int32'); // biome-ignore format: one step

checkOps([
  {
    title: 'classCrossEntropy',
    shapes: [[9, 4]],
    f: (x) => tf.tidy(() => classCrossEntropy(x as tf.Tensor2D, labels(9, 4), 0.1)),
  },
]);

checkBodies([
  {
    title: 'classCrossEntropy and its gradient, more rows than a workgroup has lanes',
    run: () => {
      const logits = random([131, 6], 1, 20);
      const fast = (x: tf.Tensor) => classCrossEntropy(x as tf.Tensor2D, labels(131, 6), 0.1);
      const plain = (x: tf.Tensor) =>
        classCrossEntropyReference({ logits: x, labels: labels(131, 6) }, { noObjectWeight: 0.1 });
      const dy = tf.scalar(1.7);
      return {
        fast: [fast(logits), ...pulled(fast, [logits], dy)],
        plain: [plain(logits), ...pulled(plain, [logits], dy)],
      };
    },
    tolerance: 2e-5,
  },
]);
