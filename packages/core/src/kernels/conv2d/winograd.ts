import type * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { forget, productOn, viewOf } from '../wasm/products.ts';
import { addressOf, allocate, type WasmBackend, withScratch } from '../wasm/wasm-backend.ts';
import { wasmKernels, wasmModule } from '../wasm/wasm-kernels.ts';
import type { Attrs, ConvolutionShape, Inputs } from './types.ts';
import { tileChunks } from './winograd-tiles.ts';

/** Tiles of 2×2 results worked on at a time: sixteen planes of 64 channels are 2 MiB, which stay in the cache. */
const TILES_AT_ONCE = 512;
/**
 * The transforms are linear in the channels, the products quadratic: with 64 channels they still save a third (40 to
 * 25 ms at 128×128 pixels, docs/decisions/core-winograd-on-wasm.md), the fewest that were measured.
 */
const FEWEST_CHANNELS = 32;
/** The smallest map measured, 16×16: 42 to 19 ms with 512 channels. */
const FEWEST_PIXELS = 256;

/** True if Winograd's transform applies to a convolution and is faster. */
export function isWinograd(
  [height, width, inputs, outputs]: number[],
  { strides, dilation }: ConvolutionShape,
  outputPixels: number,
): boolean {
  const is3x3 = height === 3 && width === 3 && Math.max(...strides, dilation) === 1;
  const areWide = Math.min(inputs!, outputs!) >= FEWEST_CHANNELS && inputs! % 4 === 0 && outputs! % 4 === 0;
  return is3x3 && areWide && outputPixels >= FEWEST_PIXELS;
}

/**
 * 3×3 convolutions by Winograd's F(2×2, 3×3): 16 products for 36 multiplications a tile, 2.25 times fewer. Null where
 * it does not apply. Measured against float64 the error is two thirds of the direct convolution's, whose sums are
 * longer.
 */
export const winogradWasm: KernelBody<Inputs, Attrs> = ({ x, filter, bias }, attrs, given) => {
  const [, , inputs, outputs] = filter.shape;
  const [batch, height, width] = x.shape;
  const [[top, bottom], [left, right]] = attrs.padding;
  const [outHeight, outWidth] = [height + top + bottom - 2, width + left + right - 2];
  if (!isWinograd(filter.shape, attrs, batch * outHeight * outWidth)) return null;
  const backend = given as WasmBackend;
  const module = wasmModule(backend);
  const planes = transformedFilter(backend, filter);
  const out = allocate(backend, [batch, outHeight, outWidth, outputs]);
  const { chunks, tilesX, most } = tileChunks(batch, outHeight, outWidth, TILES_AT_ONCE);
  const [shift, relu] = [bias === undefined ? 0 : addressOf(backend, bias), attrs.activation === 'relu' ? 1 : 0];
  withScratch(backend, 64 * most * (inputs + outputs), (scratch) => {
    const products = scratch + 64 * most * inputs;
    for (const { parts, tiles } of chunks) {
      for (const { image, from, to, first } of parts) {
        const source = addressOf(backend, x) + 4 * image * height * width * inputs;
        const target = scratch + 4 * first * inputs;
        const args = [source, target, height, width, inputs, tilesX, from, tiles, top, left];
        module.run('winogradInput', args, { from, to, grain: rowGrain(tilesX, inputs) });
      }
      multiplyPlanes(backend, scratch, planes, products, tiles, inputs, outputs);
      for (const { image, from, to, first } of parts) {
        const target = addressOf(backend, out) + 4 * image * outHeight * outWidth * outputs;
        const source = products + 4 * first * outputs;
        const args = [source, shift, target, outHeight, outWidth, outputs, tilesX, from, tiles, relu];
        module.run('winogradOutput', args, { from, to, grain: rowGrain(tilesX, outputs) });
      }
    }
  });
  return out;
};

/** Rows of tiles whose transform is worth a thread. */
export function rowGrain(tilesX: number, channels: number): number {
  return Math.ceil(32_768 / (tilesX * channels));
}

/** [16, tiles, in] times [16, in, out], plane by plane. */
function multiplyPlanes(
  backend: WasmBackend,
  tilesAt: number,
  planes: tf.TensorInfo[],
  productsAt: number,
  tiles: number,
  inputs: number,
  outputs: number,
): void {
  const product = productOn(backend);
  for (const [i, plane] of planes.entries()) {
    const a = viewOf(backend, tilesAt + 4 * i * tiles * inputs, tiles, inputs);
    const result = viewOf(backend, productsAt + 4 * i * tiles * outputs, tiles, outputs);
    product(a, plane, result);
    forget(backend, a);
    forget(backend, result);
  }
}

const transformed = new WeakMap<object, tf.TensorInfo[]>();
const watched = new WeakSet<object>();

/** The sixteen planes of a filter, kept, with XNNPACK's packed copies of them, for as long as the filter. */
function transformedFilter(backend: WasmBackend, filter: tf.Tensor4D): tf.TensorInfo[] {
  const known = transformed.get(filter.dataId);
  if (known !== undefined) return known;
  const [, , inputs, outputs] = filter.shape;
  const address = backend.wasm._malloc(64 * inputs * outputs) >>> 0;
  wasmKernels(backend).winogradFilter(addressOf(backend, filter), address, inputs, outputs);
  const planes = Array.from({ length: 16 }, (_, i) =>
    viewOf(backend, address + 4 * i * inputs * outputs, inputs, outputs),
  );
  transformed.set(filter.dataId, planes);
  watchDisposal(backend);
  return planes;
}

/** Frees the planes when tfjs frees their filter. */
function watchDisposal(backend: WasmBackend): void {
  if (watched.has(backend)) return;
  watched.add(backend);
  const dispose = backend.disposeData.bind(backend);
  backend.disposeData = (dataId, force) => {
    const isGone = dispose(dataId, force);
    const planes = transformed.get(dataId);
    if (isGone && planes !== undefined) {
      backend.wasm._free(addressOf(backend, planes[0]!));
      for (const plane of planes) forget(backend, plane);
      transformed.delete(dataId);
    }
    return isGone;
  };
}
