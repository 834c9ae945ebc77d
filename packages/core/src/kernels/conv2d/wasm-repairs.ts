import * as tf from '@tensorflow/tfjs-core';

import type { Shape4D } from '../map-layout.ts';
import { composed, type Repair } from '../repairs/repair.ts';
import { filterGradient, inputGradient } from './gradient.ts';
import type { ConvolutionShape } from './types.ts';

// biome-ignore lint/suspicious/noExplicitAny: attributes of tfjs's kernels
type Attributes = Record<string, any>;

/** Gradients of tfjs's own convolutions that wasm lacks, does slowly, or gets wrong for negative inputs. */
export const wasmConvolutionRepairs: Repair[] = [
  composed('Conv2DBackpropInput', 'wasm', ({ dy, filter }, attrs) =>
    inputGradient(dy as tf.Tensor4D, filter as tf.Tensor4D, attrs.inputShape, shapeOf(attrs.inputShape, filter, attrs)),
  ),
  composed('Conv2DBackpropFilter', 'wasm', ({ x, dy }, attrs) => {
    const filter = { shape: attrs.filterShape };
    return filterGradient(dy as tf.Tensor4D, x as tf.Tensor4D, attrs.filterShape, shapeOf(x.shape, filter, attrs));
  }),
  composed('DepthwiseConv2dNativeBackpropInput', 'wasm', ({ dy, filter }, attrs) =>
    perChannel(dy, filter, (map, kernel) =>
      inputGradient(map, kernel, oneChannel(attrs.inputShape), shapeOf(attrs.inputShape, filter, attrs)),
    ),
  ),
  composed('DepthwiseConv2dNativeBackpropFilter', 'wasm', ({ x, dy }, attrs) => {
    const shape = shapeOf(x.shape, { shape: attrs.filterShape }, attrs);
    const [height, width, channels, multiplier] = attrs.filterShape as Shape4D;
    const [maps, upstream] = [tf.split(x, channels, 3), tf.split(dy, channels, 3)];
    const gradients = maps.map((map, i) =>
      filterGradient(upstream[i] as tf.Tensor4D, map as tf.Tensor4D, [height, width, 1, multiplier], shape),
    );
    return tf.concat(gradients, 2);
  }),
];

function perChannel(
  dy: tf.Tensor,
  filter: tf.Tensor,
  derive: (dy: tf.Tensor4D, filter: tf.Tensor4D) => tf.Tensor4D,
): tf.Tensor {
  const channels = filter.shape[2]!;
  const [upstream, filters] = [tf.split(dy, channels, 3), tf.split(filter, channels, 2)];
  return tf.concat(
    upstream.map((map, i) => derive(map as tf.Tensor4D, filters[i] as tf.Tensor4D)),
    3,
  );
}

function oneChannel([batch, height, width]: Shape4D): Shape4D {
  return [batch, height, width, 1];
}

/** Strides and paddings as numbers, from the many forms in which tfjs takes them. */
function shapeOf(inputShape: number[], filter: { shape: number[] }, attrs: Attributes): ConvolutionShape {
  const [height, width] = filter.shape;
  const channels = inputShape[3]!;
  const info = tf.backend_util.computeConv2DInfo(
    inputShape as Shape4D,
    [height!, width!, channels, 1],
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad,
    attrs.dimRoundingMode,
  );
  const { top, bottom, left, right } = info.padInfo;
  return {
    strides: [info.strideHeight, info.strideWidth],
    padding: [
      [top, bottom],
      [left, right],
    ],
    dilation: info.dilationHeight,
  };
}
