import type * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import type { Padding2D, Shape4D } from '../map-layout.ts';
import { sizeFromShape } from '../size.ts';
import { convolve } from '../wasm/grid.ts';
import { packPanels } from '../wasm/products.ts';
import { addressOf, allocateZeros, clear, type WasmBackend, writeTensor } from '../wasm/wasm-backend.ts';
import { turnedFilter } from './turned-filter.ts';
import type { GradientAttrs, InputGradientInputs } from './types.ts';
import { isWinograd, winograd } from './winograd.ts';

/** The gradient in the input: Winograd's convolution with the turned filter, or products in place. */
export const inputGradientWasm: KernelBody<InputGradientInputs, GradientAttrs> = ({ dy, filter }, attrs, given) => {
  const backend = given as WasmBackend;
  const { strides, padding, dilation, shape } = attrs;
  if (sizeFromShape(dy.shape) * sizeFromShape(shape) === 0) return allocateZeros(backend, shape);
  const isReached = padding.flat().every((side) => side <= 2);
  const turnedShape = [filter.shape[0], filter.shape[1], filter.shape[3], filter.shape[2]];
  const pixels = shape[0] * shape[1] * shape[2];
  if (isReached && isWinograd(turnedShape, { strides, dilations: [dilation, dilation] }, pixels)) {
    const reach = padding.map(([before, after]) => [2 - before, 2 - after]) as Padding2D;
    const turned = turnedFilter(filter);
    try {
      return winograd(backend, dy, turned, shape, reach, {});
    } finally {
      turned.dispose();
    }
  }
  return byPhases(backend, dy, filter, attrs);
};

/** A tap of the filter as its number and where it lies in the gradient of the output. */
type Tap = { index: number; at: [number, number] };

/**
 * Pixel y of the input was seen by output (y + top − k · dilation) / stride, where that is whole: pixels whose y is the same
 * modulo the stride were seen by the same taps k, so each such phase of the input is a convolution of its own.
 */
function byPhases(
  backend: WasmBackend,
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  { strides, padding, dilation, shape }: GradientAttrs,
): tf.TensorInfo {
  const [height, width] = filter.shape;
  const rows = phasesOf(shape[1], height, strides[0], padding[0][0], dilation);
  const columns = phasesOf(shape[2], width, strides[1], padding[1][0], dilation);
  const isCovered = rows.length * columns.length === strides[0] * strides[1];
  return writeTensor(backend, shape, (out) => {
    if (!isCovered) clear(backend, out, shape);
    for (const row of rows) {
      for (const column of columns) {
        const taps = row.taps.flatMap((y) =>
          column.taps.map((x): Tap => ({ index: y.index * width + x.index, at: [y.at, x.at] })),
        );
        phase(backend, dy, filter, taps, shape, strides, [row, column], out);
      }
    }
  });
}

type Phase = { first: number; count: number; taps: { index: number; at: number }[] };

/** Phases of one axis that any tap sees. */
function phasesOf(side: number, taps: number, stride: number, before: number, dilation: number): Phase[] {
  const phases = Array.from({ length: Math.min(stride, side) }, (_, first) => {
    const places = Array.from({ length: taps }, (_, index) => ({
      index,
      at: (first + before - index * dilation) / stride,
    }));
    const count = Math.ceil((side - first) / stride);
    return { first, count, taps: places.filter(({ at }) => Number.isInteger(at)) };
  });
  return phases.filter((candidate) => candidate.taps.length > 0);
}

function phase(
  backend: WasmBackend,
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  taps: Tap[],
  [batch, height, width]: Shape4D,
  step: [number, number],
  [row, column]: [Phase, Phase],
  out: number,
): void {
  const [, , inputs, outputs] = filter.shape;
  const grid = {
    x: addressOf(backend, dy),
    map: [dy.shape[1], dy.shape[2], 4 * outputs] as [number, number, number],
    channels: outputs,
    taps: taps.map(({ at }) => at),
    strides: [1, 1] as [number, number],
    size: [batch, row.count, column.count] as [number, number, number],
    columns: inputs,
    out,
    target: { map: [height, width] as [number, number], step, first: [row.first, column.first] as [number, number] },
  };
  const panelBytes = 32 * taps.length * outputs;
  convolve(backend, grid, (to, first, count) => {
    for (const [i, { index }] of taps.entries()) {
      const from = addressOf(backend, filter) + 4 * outputs * (index * inputs + 8 * first); // of [taps, in, out]
      const left = Math.min(8 * count, inputs - 8 * first);
      const target = to + 32 * i * outputs;
      packPanels(backend, { from, to: target, depth: outputs, columns: left, steps: [4, 4 * outputs], panelBytes });
    }
  });
}
