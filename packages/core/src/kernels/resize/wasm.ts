import type * as tf from '@tensorflow/tfjs-core';

import type { Padding2D } from '../conv2d/conv2d.ts';
import type { Body } from '../define-kernel.ts';
import type { ResizeTable } from './interpolation.ts';
import { addressOf, allocateZeros, type WasmBackend, withTable } from '../wasm/wasm-backend.ts';
import { wasmKernels } from '../wasm/wasm-kernels.ts';

type PoolAttrs = { size: [number, number]; strides: [number, number]; padding: Padding2D };
type PoolInputs = { dy: tf.Tensor4D; x: tf.Tensor4D; y: tf.Tensor4D };

export const maxPoolGradientWasm: Body<PoolInputs, PoolAttrs> = ({ dy, x, y }, { size, strides, padding }, given) => {
  const backend = given as WasmBackend;
  const out = allocateZeros(backend, x.shape);
  const addresses = [dy, x, y, out].map((tensor) => addressOf(backend, tensor));
  const [top, left] = [padding[0][0], padding[1][0]];
  wasmKernels(backend).maxPoolGradient(
    ...addresses,
    ...x.shape,
    dy.shape[1],
    dy.shape[2],
    ...size,
    ...strides,
    top,
    left,
  );
  return out;
};

export const resizeGradientWasm: Body<{ dy: tf.Tensor4D }, { rows: ResizeTable; columns: ResizeTable }> = (
  { dy },
  { rows, columns },
  given,
) => {
  const backend = given as WasmBackend;
  const [batch, height, width, channels] = dy.shape;
  const out = allocateZeros(backend, [batch, rows.from, columns.from, channels]);
  withTable(backend, rows.packed(), (rowTable) =>
    withTable(backend, columns.packed(), (columnTable) => {
      const [from, to] = [addressOf(backend, dy), addressOf(backend, out)];
      const sizes = [batch, rows.from, columns.from, height, width, channels];
      wasmKernels(backend).resizeGradient(from, to, rowTable, columnTable, ...sizes);
    }),
  );
  return out;
};
