import * as tf from '@tensorflow/tfjs-core';

import { fromInput, type Gradient } from './gradient.ts';

/** Derivatives of kernels that only move values: each hands the gradient back the way the values came. */
export const layoutGradients: Gradient[] = [
  { kernelName: 'Identity', gradFunc: (dy) => ({ x: () => tf.cast(dy as tf.Tensor, 'float32') }) },
  { kernelName: 'Cast', gradFunc: (dy) => ({ x: () => tf.cast(dy as tf.Tensor, 'float32') }) },
  fromInput('Reshape', (dy, x) => tf.reshape(dy, x.shape)),
  fromInput('ExpandDims', (dy, x) => tf.reshape(dy, x.shape), 'input'),
  {
    kernelName: 'Transpose',
    gradFunc: (dy, _, { perm }) => ({
      x: () => tf.transpose(dy as tf.Tensor, tf.backend_util.getUndoAxesPermutation(perm as number[])),
    }),
  },
  fromInput('Slice', (dy, x, { begin, size }) => {
    const [start, length] = tf.slice_util.parseSliceParams(x, begin, size);
    return tf.pad(
      dy,
      x.shape.map((side, i) => [start[i], side - start[i] - length[i]] as [number, number]),
    );
  }),
  fromInput('PadV2', (dy, x, { paddings }) =>
    tf.slice(
      dy,
      paddings.map(([before]: [number, number]) => before),
      x.shape,
    ),
  ),
  {
    kernelName: 'Concat',
    saveAllInputs: true,
    gradFunc: (dy, saved, { axis }) => {
      const at = tf.util.parseAxisParam(axis as number, saved[0].shape)[0];
      const sizes = saved.map((x) => x.shape[at]);
      const parts = tf.split(dy as tf.Tensor, sizes, at);
      return Object.fromEntries(parts.map((part, i) => [String(i), () => part]));
    },
  },
  {
    kernelName: 'SplitV',
    gradFunc: (dy, _, { axis }) => ({ x: () => tf.concat(dy as tf.Tensor[], axis as number) }),
  },
  {
    kernelName: 'Pack',
    saveAllInputs: true,
    gradFunc: (dy, _, { axis }) => {
      const parts = tf.unstack(dy as tf.Tensor, axis as number);
      return Object.fromEntries(parts.map((part, i) => [String(i), () => part]));
    },
  },
  {
    kernelName: 'Unpack',
    gradFunc: (dy, _, { axis }) => ({ value: () => tf.stack(dy as tf.Tensor[], axis as number) }),
  },
  {
    kernelName: 'Reverse',
    gradFunc: (dy, _, { dims }) => ({ x: () => tf.reverse(dy as tf.Tensor, dims as number[]) }),
  },
  fromInput('Tile', (dy, x, { reps }) => {
    // [r₀, n₀, r₁, n₁, …] summed over the repetitions, one axis at a time to keep the rank low
    return x.shape.reduce((gradient, side, axis) => {
      if (reps[axis] === 1) return gradient;
      const before = gradient.shape.slice(0, axis).reduce((product, n) => product * n, 1);
      const after = gradient.shape.slice(axis + 1).reduce((product, n) => product * n, 1);
      const repeated = tf.reshape(gradient, [before, reps[axis], side * after]);
      return tf.reshape(tf.sum(repeated, 1), [
        ...gradient.shape.slice(0, axis),
        side,
        ...gradient.shape.slice(axis + 1),
      ]);
    }, dy);
  }),
  fromInput('BroadcastTo', (dy, x, { shape }) => {
    const aligned = [...new Array(shape.length - x.shape.length).fill(1), ...x.shape];
    const axes = aligned.flatMap((side, axis) => (side === 1 && shape[axis] > 1 ? [axis] : []));
    return tf.reshape(axes.length > 0 ? tf.sum(dy, axes) : dy, x.shape);
  }),
  fromInput('SpaceToBatchND', (dy, _, { blockShape, paddings }) => tf.batchToSpaceND(dy, blockShape, paddings)),
  fromInput('BatchToSpaceND', (dy, _, { blockShape, crops }) => tf.spaceToBatchND(dy, blockShape, crops)),
];
