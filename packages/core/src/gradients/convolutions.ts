import * as tf from '@tensorflow/tfjs-core';

import { sizeFromShape } from '../kernels/size.ts';
import { type Gradient, sumToShape } from './gradient.ts';

type Strides = [number, number];

/**
 * Derivatives of tfjs's own convolutions, for code that calls them directly. The op `conv2d` of this package has its
 * own, which also handles dilation and groups.
 */
export const convolutionGradients: Gradient[] = [
  {
    kernelName: 'Conv2D',
    inputsToSave: ['x', 'filter'],
    gradFunc: (upstream, [x, filter], attrs) => {
      const dy = upstream as tf.Tensor4D;
      const { strides, pad, dataFormat, dimRoundingMode, dilations } = attrs as Record<string, never>;
      expectUndilated('conv2d', dilations);
      const shared = { strides, pad, dataFormat, dimRoundingMode };
      return {
        x: () =>
          tf.engine().runKernel('Conv2DBackpropInput', { dy, filter }, { ...shared, inputShape: x.shape }) as tf.Tensor,
        filter: () =>
          tf
            .engine()
            .runKernel('Conv2DBackpropFilter', { x, dy }, { ...shared, filterShape: filter.shape }) as tf.Tensor,
      };
    },
  },
  {
    kernelName: 'Conv2DBackpropInput',
    inputsToSave: ['dy', 'filter'],
    gradFunc: (upstream, [dy, filter], attrs) => {
      const ddx = upstream as tf.Tensor4D;
      const { strides, pad, dataFormat, dimRoundingMode } = attrs as Record<string, never>;
      return {
        dy: () => tf.conv2d(ddx, filter as tf.Tensor4D, strides, pad, dataFormat, 1, dimRoundingMode),
        filter: () =>
          tf
            .engine()
            .runKernel(
              'Conv2DBackpropFilter',
              { x: ddx, dy },
              { strides, pad, dataFormat, dimRoundingMode, filterShape: filter.shape },
            ) as tf.Tensor,
      };
    },
  },
  {
    kernelName: 'DepthwiseConv2dNative',
    inputsToSave: ['x', 'filter'],
    gradFunc: (upstream, [x, filter], attrs) => {
      const dy = upstream as tf.Tensor4D;
      const { strides, pad, dimRoundingMode, dilations } = attrs as Record<string, never>;
      expectUndilated('depthwiseConv2d', dilations);
      const shared = { strides, pad, dimRoundingMode, dilations: [1, 1] };
      return {
        x: () =>
          tf
            .engine()
            .runKernel(
              'DepthwiseConv2dNativeBackpropInput',
              { dy, filter },
              { ...shared, inputShape: x.shape },
            ) as tf.Tensor,
        filter: () =>
          tf
            .engine()
            .runKernel(
              'DepthwiseConv2dNativeBackpropFilter',
              { x, dy },
              { ...shared, filterShape: filter.shape },
            ) as tf.Tensor,
      };
    },
  },
  {
    kernelName: 'MaxPool',
    inputsToSave: ['x'],
    outputsToSave: [true],
    gradFunc: (dy, [x, output], attrs) => {
      const { filterSize, strides, pad, dimRoundingMode } = attrs as Record<string, never>;
      return {
        x: () =>
          tf
            .engine()
            .runKernel(
              'MaxPoolGrad',
              { dy: dy as tf.Tensor, input: x, output },
              { filterSize, strides, pad, dimRoundingMode },
            ) as tf.Tensor,
      };
    },
  },
  {
    kernelName: 'AvgPool',
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => {
      const { filterSize, strides, pad } = attrs as unknown as { filterSize: Strides; strides: Strides; pad: string };
      if (pad !== 'valid' && pad !== 'same') {
        throw new Error('gradient of avgPool: expected no explicit padding, got some. Use pad and valid instead');
      }
      return { x: () => averageGradient(dy as tf.Tensor4D, x as tf.Tensor4D, filterSize, strides, pad) };
    },
  },
  {
    kernelName: 'FusedBatchNorm',
    inputsToSave: ['x', 'mean', 'variance', 'scale'],
    gradFunc: (dy, saved, { varianceEpsilon }) => batchNormGradients(dy as tf.Tensor, saved, varianceEpsilon as number),
  },
];

function expectUndilated(op: string, dilations: number | number[] | undefined): void {
  if ([dilations ?? 1].flat().some((dilation) => dilation !== 1)) {
    throw new Error(`gradient of tf.${op}: expected dilation 1, got ${dilations}. Use conv2d of @seg/core instead`);
  }
}

/** Each output shares its gradient among the pixels that its window holds: fewer at a padded border. */
function averageGradient(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  filterSize: Strides,
  strides: Strides,
  pad: 'valid' | 'same',
): tf.Tensor4D {
  const [height, width] = [filterSize].flat(2).length === 1 ? [filterSize, filterSize] : filterSize;
  const [kh, kw] = [Number(height), Number(width)];
  const channels = x.shape[3];
  const ones = tf.ones([1, x.shape[1], x.shape[2], 1]) as tf.Tensor4D;
  const box = tf.ones([kh, kw, 1, 1]) as tf.Tensor4D;
  const count = tf.conv2d(ones, box, strides, pad); // [1, h, w, 1] pixels in each window
  const shares = tf.div(dy, count);
  const perChannel = tf.reshape(tf.transpose(shares, [0, 3, 1, 2]), [-1, dy.shape[1], dy.shape[2], 1]);
  const spread = tf.conv2dTranspose(
    perChannel as tf.Tensor4D,
    box,
    [x.shape[0] * channels, x.shape[1], x.shape[2], 1],
    strides,
    pad,
  );
  return tf.transpose(tf.reshape(spread, [x.shape[0], channels, x.shape[1], x.shape[2]]), [0, 2, 3, 1]);
}

/** Batch norm with given statistics: y = (x − μ) · s / √(σ² + ε) + offset, s = 1 if there is no scale. */
function batchNormGradients(
  dy: tf.Tensor,
  [x, mean, variance, scale]: (tf.Tensor | undefined)[],
  epsilon: number,
): Record<string, () => tf.Tensor> {
  const inverse = () => tf.rsqrt(tf.add(variance!, epsilon));
  const factor = () => (scale === undefined ? inverse() : tf.mul(inverse(), scale));
  const centered = () => tf.sub(x!, mean!);
  return {
    x: () => tf.mul(dy, factor()),
    mean: () => sumToShape(tf.neg(tf.mul(dy, factor())), mean!.shape),
    variance: () => {
      const slope = tf.mul(factor(), tf.square(inverse())); // s (σ² + ε)^(−3/2)
      return sumToShape(tf.mul(-0.5, tf.mul(tf.mul(dy, centered()), slope)), variance!.shape);
    },
    scale: () => sumToShape(tf.mul(dy, tf.mul(centered(), inverse())), scaleShape(scale, mean!)),
    offset: () => sumToShape(dy, mean!.shape),
  };
}

function scaleShape(scale: tf.Tensor | undefined, mean: tf.Tensor): number[] {
  return sizeFromShape(mean.shape) === scale?.size ? scale.shape : mean.shape;
}
