import * as tf from '@tensorflow/tfjs-core';

import { type BodyCase, checkBodies, checkOps, pulled, random } from '../../../test/kernel-checks.ts';
import { diceDistance, diceDistanceReference, maskCrossEntropy, maskCrossEntropyReference } from './mask-terms.ts';
import type { Inputs } from './types.ts';

type Term = (logits: tf.Tensor2D, targets: tf.Tensor2D) => tf.Tensor1D;

function termCase(title: string, term: Term, reference: (inputs: Inputs) => tf.Tensor): BodyCase {
  return {
    title,
    run: () => {
      const logits = tf.concat([random([2, 210], 1, 3), random([3, 210], 2, 40)]); // large ones would overflow an exponential
      const targets = tf.cast(tf.greater(random([5, 210], 3), 0), 'float32');
      const fast = (x: tf.Tensor, t: tf.Tensor) => term(x as tf.Tensor2D, t as tf.Tensor2D);
      const plain = (x: tf.Tensor, t: tf.Tensor) => reference({ logits: x, targets: t });
      const dy = random([5], 4);
      return {
        fast: [fast(logits, targets), ...pulled(fast, [logits, targets], dy)],
        plain: [plain(logits, targets), ...pulled(plain, [logits, targets], dy)],
      };
    },
    tolerance: 2e-5,
  };
}

const SHAPES = [
  [3, 12],
  [3, 12],
];

checkOps([
  { title: 'maskCrossEntropy', shapes: SHAPES, f: (x, t) => maskCrossEntropy(x as tf.Tensor2D, t as tf.Tensor2D) },
  { title: 'diceDistance', shapes: SHAPES, f: (x, t) => diceDistance(x as tf.Tensor2D, tf.sigmoid(t) as tf.Tensor2D) },
]);

checkBodies([
  termCase('maskCrossEntropy and its gradients', maskCrossEntropy, maskCrossEntropyReference),
  termCase('diceDistance and its gradients', diceDistance, diceDistanceReference),
]);
