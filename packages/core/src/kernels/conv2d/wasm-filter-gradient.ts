import type * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { sizeFromShape } from '../size.ts';
import { correlate } from '../wasm/grid.ts';
import { multiply, packPanels } from '../wasm/products.ts';
import { addressOf, allocateZeros, clear, type WasmBackend, withBlocks, writeTensor } from '../wasm/wasm-backend.ts';
import { wasmModule } from '../wasm/wasm-kernels.ts';
import type { FilterGradientInputs, GradientAttrs } from './types.ts';
import { wasmConvolution, withGrid } from './wasm.ts';
import { isWinograd, rowGrain } from './winograd.ts';
import { tileChunks } from './winograd-tiles.ts';

/** Tiles whose planes are made at a time: 2048 of 16 × 256 numbers are 32 MiB. */
const TILES_AT_ONCE = 2048;

/** The gradient in the filter: dW [taps · in, out] = Uᵀ dY, U being what each output pixel sees, in place. */
export const filterGradientWasm: KernelBody<FilterGradientInputs, GradientAttrs> = ({ dy, x }, attrs, given) => {
  const backend = given as WasmBackend;
  const { shape } = attrs;
  if (sizeFromShape(dy.shape) * sizeFromShape(shape) === 0) return allocateZeros(backend, shape);
  const convolution = wasmConvolution(attrs);
  if (isWinograd(shape, convolution, dy.shape[0] * dy.shape[1] * dy.shape[2])) return byWinograd(backend, dy, x, attrs);
  const columns = shape[3];
  return writeTensor(backend, shape, (out) =>
    withGrid(backend, x, shape, convolution, dy.shape, (grid) =>
      correlate(backend, { ...grid, columns, out }, (to, first, depth) => {
        const from = addressOf(backend, dy) + 4 * first * columns;
        packPanels(backend, { from, to, depth, columns, steps: [4 * columns, 4] });
      }),
    ),
  );
};

/** F(3×3, 2×2), on the same tiles as the forward pass: for each of 16 planes the product of tiles, summed over tiles. */
function byWinograd(
  backend: WasmBackend,
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  { padding, shape }: GradientAttrs,
): tf.TensorInfo {
  const [, , inputs, outputs] = shape;
  const [, inHeight, inWidth] = x.shape;
  const [batch, height, width] = dy.shape;
  const module = wasmModule(backend);
  const { chunks, tilesX, most } = tileChunks(batch, height, width, TILES_AT_ONCE);
  const sizes = [64 * most * inputs, 64 * most * outputs, 64 * inputs * outputs];
  const write = (to: number) =>
    withBlocks(backend, sizes, ([seen, upstream, products]) => {
      for (const [i, { parts, tiles }] of chunks.entries()) {
        for (const { image, from, to, first } of parts) {
          const source = addressOf(backend, x) + 4 * image * inHeight * inWidth * inputs;
          const [top, left] = [padding[0][0], padding[1][0]];
          const seenArgs = [
            source,
            seen! + 4 * first * inputs,
            inHeight,
            inWidth,
            inputs,
            tilesX,
            from,
            tiles,
            top,
            left,
          ];
          module.run('winogradInput', seenArgs, { from, to, grain: rowGrain(tilesX, inputs) });
          const gradient = addressOf(backend, dy) + 4 * image * height * width * outputs;
          const into = upstream! + 4 * first * outputs;
          const upstreamArgs = [gradient, into, height, width, outputs, tilesX, from, tiles];
          module.run('winogradUpstream', upstreamArgs, { from, to, grain: rowGrain(tilesX, outputs) });
        }
        const product = { rows: inputs, inner: tiles, columns: outputs, transposeA: true };
        for (let plane = 0; plane < 16; plane++) {
          const a = seen! + 4 * plane * tiles * inputs;
          const b = upstream! + 4 * plane * tiles * outputs;
          const out = products! + 4 * plane * inputs * outputs;
          multiply(backend, { ...product, added: i > 0 ? out : undefined }, { a, b, out });
        }
      }
      clear(backend, to, shape);
      module.kernels.winogradFilterGradient(products!, to, inputs, outputs);
    });
  return writeTensor(backend, shape, write);
}
