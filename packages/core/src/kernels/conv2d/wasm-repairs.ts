import * as tf from '@tensorflow/tfjs-core';

import type { Padding2D, Shape4D } from '../map-layout.ts';
import { activated } from '../repairs/fused-activation.ts';
import { isRowOf, ofNothing } from '../repairs/no-terms.ts';
import { composed, type Repair, tensorsOf } from '../repairs/repair.ts';
import type { WasmBackend } from '../wasm/wasm-backend.ts';
import { filterGradient, inputGradient } from './gradient.ts';
import type { ConvolutionShape } from './types.ts';
import { convolved, convolvedShape, type WasmConvolution } from './wasm.ts';

// biome-ignore lint/suspicious/noExplicitAny: attributes of tfjs's kernels
type Attributes = Record<string, any>;

/**
 * Convolutions of our own in XNNPACK's place, and gradients of tfjs's own convolutions that wasm lacks, does slowly, or gets
 * wrong for negative inputs.
 */
export const wasmConvolutionRepairs: Repair[] = [
  convolution('Conv2D'),
  convolution('FusedConv2D'),
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

function convolution(kernelName: 'Conv2D' | 'FusedConv2D'): Repair {
  return {
    kernelName,
    backendName: 'wasm',
    replace: (original) => (args) => {
      const { x, filter, bias, preluActivationWeights } = tensorsOf(args.inputs as tf.NamedTensorInfoMap);
      const attrs = args.attrs as Attributes;
      const isFloat = x.dtype === 'float32' && filter.dtype === 'float32';
      if (!isFloat || (attrs.dataFormat ?? 'NHWC') !== 'NHWC') return original!.kernelFunc(args);
      const geometry = geometryOf(x.shape, filter, attrs);
      const { activation = 'linear', leakyreluAlpha } = attrs;
      const isRow = isRowOf(filter.shape[3], bias);
      const relu = activation === 'relu' && (bias === undefined || isRow);
      return tf.tidy(() => {
        const fused = { bias: isRow ? bias : undefined, relu };
        const backend = args.backend as WasmBackend;
        const info = convolved(backend, x, filter, geometry, fused);
        const y =
          info === null
            ? ofNothing(backend, convolvedShape(x.shape, filter.shape, geometry), fused.bias, relu)
            : tf.engine().makeTensorFromTensorInfo(info);
        const shifted = bias === undefined || isRow ? y : tf.add(y, bias);
        return relu ? shifted : activated(shifted, { activation, leakyreluAlpha }, preluActivationWeights);
      });
    },
  };
}

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

function shapeOf(inputShape: number[], filter: { shape: number[] }, attrs: Attributes): ConvolutionShape {
  const { dilations, ...rest } = geometryOf(inputShape, filter, attrs);
  return { ...rest, dilation: dilations[0] };
}

/** The padding, with zeros behind it that the last windows see where the number of windows was rounded up. */
function reaching(map: number[], size: number[], { strides, padding, dilations }: WasmConvolution, counts: number[]) {
  return padding.map(([before, after], axis) => {
    const end = (counts[axis]! - 1) * strides[axis]! + (size[axis]! - 1) * dilations[axis]! + 1;
    return [before, Math.max(after, end - before - map[axis + 1]!)];
  }) as Padding2D;
}

/** Strides and paddings as numbers, from the many forms in which tfjs takes them. */
function geometryOf(inputShape: number[], filter: { shape: number[] }, attrs: Attributes): WasmConvolution {
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
  const geometry: WasmConvolution = {
    strides: [info.strideHeight, info.strideWidth],
    padding: [
      [top, bottom],
      [left, right],
    ],
    dilations: [info.dilationHeight, info.dilationWidth],
  };
  return { ...geometry, padding: reaching(inputShape, filter.shape, geometry, [info.outHeight, info.outWidth]) };
}
