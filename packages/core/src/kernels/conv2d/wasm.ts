import type * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { type Padding2D, type Shape4D, sidesUnder } from '../map-layout.ts';
import { sizeFromShape } from '../size.ts';
import { convolve, type Grid } from '../wasm/grid.ts';
import { packPanels } from '../wasm/products.ts';
import { addressOf, type WasmBackend, withBlocks, writeTensor } from '../wasm/wasm-backend.ts';
import { wasmKernels } from '../wasm/wasm-kernels.ts';
import type { Attrs, ConvolutionShape, Fused, FusedInputs } from './types.ts';
import { isWinograd, winograd } from './winograd.ts';

/**
 * Geometry of a convolution whose taps may be further apart along one axis than along the other. Rows of negative padding are left
 * out: a band of a convolution reads the whole map in place.
 */
export type WasmConvolution = { strides: [number, number]; padding: Padding2D; dilations: [number, number] };

/**
 * Any convolution without groups: Winograd's transform where it is faster, else an implicit product. Factors are multiplied in as the
 * filter is packed, and sums start from what is added.
 */
export const conv2dWasm: KernelBody<FusedInputs, Attrs> = ({ x, filter, ...fused }, attrs, backend) => {
  const given = { ...fused, relu: attrs.activation === 'relu' };
  return convolved(backend as WasmBackend, x, filter, wasmConvolution(attrs), given);
};

/** The same geometry with a dilation for each axis. */
export function wasmConvolution({ strides, padding, dilation }: ConvolutionShape): WasmConvolution {
  return { strides, padding, dilations: [dilation, dilation] };
}

/**
 * act(x ∗ filter · scale + bias + added), or null where there is nothing to multiply.
 *
 * @param x [B, H, W, in]
 * @param filter [height, width, in, out]
 * @returns [B, H', W', out]
 */
export function convolved(
  backend: WasmBackend,
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  convolution: WasmConvolution,
  fused: Fused,
): tf.TensorInfo | null {
  const shape = convolvedShape(x.shape, filter.shape, convolution);
  if (sizeFromShape(x.shape) * sizeFromShape(shape) === 0) return null;
  if (isWinograd(filter.shape, convolution, x.shape[0]! * x.shape[1]! * x.shape[2]!)) {
    return winograd(backend, x, filter, shape, convolution.padding, fused);
  }
  const { scale, bias, added, relu } = fused;
  const place = (tensor?: tf.TensorInfo) => tensor && addressOf(backend, tensor);
  const end = { columns: shape[3], bias: place(bias), added: place(added), relu };
  const [weights, factors] = [addressOf(backend, filter), place(scale)];
  return writeTensor(backend, shape, (out) =>
    withGrid(backend, x, filter.shape as Shape4D, convolution, shape, (grid) => {
      const depth = grid.taps.length * grid.channels;
      convolve(backend, { ...grid, ...end, out }, (to, first, count) => {
        const [from, columns] = [weights + 32 * first, Math.min(8 * count, shape[3] - 8 * first)];
        const part = factors && factors + 32 * first;
        packPanels(backend, { from, to, depth, columns, steps: [4 * shape[3], 4], scale: part });
      });
    }),
  );
}

/** [B, H', W', out] */
export function convolvedShape(x: number[], filter: number[], convolution: WasmConvolution): Shape4D {
  const sides = sidesUnder(x, filter, convolution).map((side) => Math.max(0, side)) as [number, number];
  return [x[0]!, ...sides, filter[3]!];
}

/** Maps with fewer channels, such as the three colors, are framed: a row of taps is one run of values in them. */
const FEW_CHANNELS = 16;

/** Lends a grid whose rows are what the pixels of an output see; a map of few channels is copied into a frame of zeros first. */
export function withGrid(
  backend: WasmBackend,
  x: tf.TensorInfo,
  [height, width, channels]: Shape4D,
  { strides, padding, dilations }: WasmConvolution,
  [batch, outHeight, outWidth]: Shape4D,
  use: (grid: Omit<Grid, 'columns' | 'out'>) => void,
): void {
  const [, inHeight, inWidth] = x.shape as Shape4D;
  const [[top, bottom], [left, right]] = padding;
  const size: Grid['size'] = [batch, outHeight, outWidth];
  const from = addressOf(backend, x);
  if (width > 1 && channels < FEW_CHANNELS && dilations[1] === 1) {
    const [tall, wide] = [inHeight + top + bottom, inWidth + left + right];
    const taps = Array.from({ length: height }, (_, i): [number, number] => [i * dilations[0], 0]);
    withBlocks(backend, [4 * batch * tall * wide * channels], ([framed]) => {
      wasmKernels(backend).frame(from, framed!, batch, inHeight, inWidth, channels, top, bottom, left, right);
      use({ x: framed!, map: [tall, wide, 4 * channels], channels: width * channels, taps, strides, size });
    });
    return;
  }
  const taps = Array.from({ length: height * width }, (_, i): [number, number] => [
    Math.floor(i / width) * dilations[0] - top,
    (i % width) * dilations[1] - left,
  ]);
  use({ x: from, map: [inHeight, inWidth, 4 * channels], channels, taps, strides, size });
}
