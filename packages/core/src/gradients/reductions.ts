import * as tf from '@tensorflow/tfjs-core';

import { fromInput, type Gradient } from './gradient.ts';

/** Derivatives of reductions, softmax and running sums. */
export const reductionGradients: Gradient[] = [
  fromInput('Sum', (dy, x, { axis }) => spread(dy, x, axis)),
  fromInput('Mean', (dy, x, { axis }) => tf.div(spread(dy, x, axis), x.size / dy.size)),
  extremum('Max'),
  extremum('Min'),
  // ∏ over the others = y / x needs x ≠ 0, as products of probabilities have
  fromInput('Prod', (dy, x, { axis }) => {
    const product = tf.prod(x, axis);
    return tf.div(spread(tf.mul(dy, product), x, axis), x);
  }),
  fromInput('Cumsum', (dy, _, { axis, exclusive, reverse }) => tf.cumsum(dy, axis, exclusive, !reverse)),
  {
    kernelName: 'Softmax',
    outputsToSave: [true],
    gradFunc: (dy, [y], { dim }) => ({
      logits: () => {
        const weighted = tf.mul(dy as tf.Tensor, y);
        return tf.sub(weighted, tf.mul(tf.sum(weighted, dim as number, true), y));
      },
    }),
  },
  {
    kernelName: 'LogSoftmax',
    outputsToSave: [true],
    gradFunc: (dy, [y], { axis }) => ({
      logits: () => tf.sub(dy as tf.Tensor, tf.mul(tf.sum(dy as tf.Tensor, axis as number, true), tf.exp(y))),
    }),
  },
];

/** The maximum or minimum: the gradient is shared among equal extreme elements, each receiving all of it. */
function extremum(kernelName: 'Max' | 'Min'): Gradient {
  return {
    kernelName,
    inputsToSave: ['x'],
    outputsToSave: [true],
    gradFunc: (dy, [x, y], attrs) => {
      const axis = (attrs.reductionIndices ?? attrs.axis) as number | number[];
      return {
        x: () => {
          const reached = tf.equal(x, expanded(y, x, axis));
          return tf.mul(expanded(dy as tf.Tensor, x, axis), tf.cast(reached, 'float32'));
        },
      };
    },
  };
}

/** [reduced] → [..1..]: puts the reduced axes back with size one. */
function expanded(reduced: tf.Tensor, x: tf.Tensor, axis: number | number[] | undefined): tf.Tensor {
  const axes = tf.util.parseAxisParam(axis as number | number[], x.shape);
  return tf.reshape(reduced, tf.backend_util.expandShapeToKeepDim(withoutAxes(x.shape, axes), axes));
}

function withoutAxes(shape: number[], axes: number[]): number[] {
  return shape.filter((_, i) => !axes.includes(i));
}

function spread(dy: tf.Tensor, x: tf.Tensor, axis: number | number[] | undefined): tf.Tensor {
  const kept = expanded(dy, x, axis);
  return tf.tile(
    kept,
    x.shape.map((side, i) => (kept.shape[i] === side ? 1 : side)),
  );
}
