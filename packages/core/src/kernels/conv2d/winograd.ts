import type * as tf from '@tensorflow/tfjs-core';

import type { Padding2D, Shape4D } from '../map-layout.ts';
import { packPanels } from '../wasm/products.ts';
import { addressOf, type WasmBackend, withBlocks, writeTensor } from '../wasm/wasm-backend.ts';
import { wasmKernels, wasmModule } from '../wasm/wasm-kernels.ts';
import type { Fused } from './types.ts';

/**
 * The transforms are linear in the channels, the products quadratic: with 64 channels they still save a third (40 to
 * 25 ms at 128×128 pixels, docs/decisions/core-winograd-on-wasm.md), the fewest that were measured.
 */
const FEWEST_CHANNELS = 32;
/** The smallest map measured, 16×16: 42 to 19 ms with 512 channels. */
const FEWEST_PIXELS = 256;
/** Tiles at a time whose planes of up to 256 channels, 400 kB, stay in the second cache. */
const FEW_TILES = 12;
/** Tiles at a time with more channels than that: all panels are read once for every block of tiles. */
const MANY_TILES = 96;
/** Channels from which on panels, 16 MiB at 512 in and out, weigh more than planes. */
const MANY_CHANNELS = 512;

/** True if Winograd's transform applies to a convolution and is faster. @param pixels Of the whole map, not of a band */
export function isWinograd(
  [height, width, inputs, outputs]: number[],
  { strides, dilations }: { strides: [number, number]; dilations: [number, number] },
  pixels: number,
): boolean {
  const is3x3 = height === 3 && width === 3 && Math.max(...strides, ...dilations) === 1;
  const areWide = Math.min(inputs!, outputs!) >= FEWEST_CHANNELS && inputs! % 4 === 0 && outputs! % 4 === 0;
  return is3x3 && areWide && pixels >= FEWEST_PIXELS;
}

/**
 * 3×3 convolutions by Winograd's F(2×2, 3×3): 16 products for 36 multiplications a tile, 2.25 times fewer. Measured against
 * float64 the error is that of the direct convolution within a factor of two.
 *
 * @param shape Of the result, [B, H', W', out]
 */
export function winograd(
  backend: WasmBackend,
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  shape: Shape4D,
  padding: Padding2D,
  { scale, bias, added, relu }: Fused,
): tf.TensorInfo {
  const module = wasmModule(backend);
  const [, height, width, inputs] = x.shape as Shape4D;
  const [batch, outHeight, outWidth, outputs] = shape;
  const panels = transformedFilter(backend, filter, scale);
  const [tilesX, tilesY] = [Math.ceil(outWidth / 2), Math.ceil(outHeight / 2)];
  const tiles = batch * tilesY * tilesX;
  const most = inputs >= MANY_CHANNELS ? MANY_TILES : FEW_TILES;
  const atOnce = Math.min(most, Math.max(4, 4 * Math.ceil(tiles / module.threadCount / 4)));
  const scratchBytes = 4 * (16 * atOnce * (inputs + outputs) + 2 * (atOnce + module.tileRows));
  const sizes = [outHeight, outWidth, outputs, tilesX, tilesY, tiles, atOnce];
  return writeTensor(backend, shape, (to) =>
    withBlocks(backend, [80, scratchBytes * module.threadCount], ([job, scratch]) => {
      const words = [
        ...[addressOf(backend, x), height, width, inputs, padding[0][0], padding[1][0]],
        ...[panels, bias === undefined ? 0 : addressOf(backend, bias)],
        ...[added === undefined ? 0 : addressOf(backend, added), relu ? 1 : 0],
        ...[to, ...sizes, scratch!, scratchBytes],
      ];
      new Int32Array(backend.wasm.HEAPU8.buffer, job, words.length).set(words);
      module.run('winograd', [job!], { to: Math.ceil(tiles / atOnce), grain: 1 });
    }),
  );
}

/** Rows of tiles whose transform is worth a thread. */
export function rowGrain(tilesX: number, channels: number): number {
  return Math.ceil(32_768 / (tilesX * channels));
}

const transformed = new WeakMap<object, { panels: number; scaleId: object | undefined }>();
const watched = new WeakSet<object>();

/** Panels [16, ⌈out / 8⌉, in, 8] of the transformed filter, kept for as long as the filter, or until other factors come. */
function transformedFilter(backend: WasmBackend, filter: tf.TensorInfo, scale?: tf.TensorInfo): number {
  const known = transformed.get(filter.dataId);
  if (known !== undefined && known.scaleId === scale?.dataId) return known.panels;
  const [, , inputs, outputs] = filter.shape as Shape4D;
  const panelBytes = 32 * Math.ceil(outputs / 8) * inputs;
  const kept = withBlocks(backend, [64 * inputs * outputs], ([planes]) => {
    const panels = known?.panels ?? backend.wasm._malloc(16 * panelBytes) >>> 0;
    wasmKernels(backend).winogradFilter(addressOf(backend, filter), planes!, inputs, outputs);
    for (let plane = 0; plane < 16; plane++) {
      const from = planes! + 4 * plane * inputs * outputs;
      const to = panels + plane * panelBytes;
      packPanels(backend, {
        from,
        to,
        depth: inputs,
        columns: outputs,
        steps: [4 * outputs, 4],
        scale: scale && addressOf(backend, scale),
      });
    }
    return panels;
  });
  transformed.set(filter.dataId, { panels: kept, scaleId: scale?.dataId });
  watchDisposal(backend);
  return kept;
}

/** Frees the panels when tfjs frees their filter. */
function watchDisposal(backend: WasmBackend): void {
  if (watched.has(backend)) return;
  watched.add(backend);
  const dispose = backend.disposeData.bind(backend);
  backend.disposeData = (dataId, force) => {
    const isGone = dispose(dataId, force);
    const known = transformed.get(dataId);
    if (isGone && known !== undefined) {
      backend.wasm._free(known.panels);
      transformed.delete(dataId);
    }
    return isGone;
  };
}
