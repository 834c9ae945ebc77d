import * as tf from '@tensorflow/tfjs-core';

import { checkBodies, random } from '../../../test/kernel-checks.ts';
import { maskBias, maskBiasReference } from './mask-bias.ts';

/** Logits of which one query's are all below zero, so that it may look everywhere. */
function logits(): tf.Tensor {
  return tf.sub(random([2, 5, 71], 1, 3), tf.tensor([0, 0, 1e3, 0, 0], [1, 5, 1]));
}

checkBodies([
  {
    title: 'maskBias',
    run: () => {
      const [queries, constants] = [random([2, 5, 70], 2), random([70], 3)];
      const inputs = { products: logits(), queries, constants };
      return { fast: [maskBias(inputs, -1e9)], plain: [maskBiasReference(inputs, { outside: -1e9 })] };
    },
  },
  {
    title: 'maskBias without constants',
    run: () => {
      const inputs = { products: logits(), queries: random([2, 5, 70], 2) };
      return { fast: [maskBias(inputs, -1e9)], plain: [maskBiasReference(inputs, { outside: -1e9 })] };
    },
  },
]);
