import * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { padOrCrop, pixelsUnderTap } from '../map-layout.ts';
import { forget, productOn, viewOf } from '../wasm/products.ts';
import { addressOf, allocate, allocateZeros, type WasmBackend, withScratch } from '../wasm/wasm-backend.ts';
import { wasmKernels, wasmModule } from '../wasm/wasm-kernels.ts';
import type { FilterGradientInputs, GradientAttrs } from './types.ts';
import { isWinograd, rowGrain } from './winograd.ts';
import { tileChunks } from './winograd-tiles.ts';

/**
 * Tiles whose products are summed at a time: four times those of the forward pass, since each chunk adds all products to
 * the filter's gradient anew.
 */
const TILES_AT_ONCE = 2048;
/** Most elements unfolded at a time: 16 MiB, where the whole of a 7×7 stem at 640×640 pixels would be 57. */
const BLOCK = 2 ** 22;
/** Images with fewer channels, such as the three colors, are unfolded: one tap of theirs is too narrow a product. */
const FEW_CHANNELS = 16;

/** The gradient of a convolution in its filter, by the way that is fastest for its shape. */
export const filterGradientWasm: KernelBody<FilterGradientInputs, GradientAttrs> = ({ dy, x }, attrs, given) => {
  const { strides, padding, dilation, shape } = attrs;
  const [height, width, inputs, outputs] = shape;
  const backend = given as WasmBackend;
  if (dilation > 1 && Math.max(...strides) > 1) return null;
  if (isWinograd(shape, attrs, dy.shape[0] * dy.shape[1] * dy.shape[2])) return byWinograd(backend, dy, x, attrs);
  if (height * width > 1 && dilation === 1 && inputs < FEW_CHANNELS) return byUnfolding(backend, dy, x, attrs);
  if (height * width > 1 && Math.min(inputs, outputs) >= 128) return null; // products of single taps are large enough
  return tf.tidy(() => {
    const padded = padOrCrop(x, padding[0], padding[1]);
    if (height * width > 1) return byConvolution(padded, dy, attrs);
    const seen = tf.reshape(pixelsUnderTap(padded, [0, 0], dy.shape, strides), [-1, inputs]);
    return tf.reshape(productOfRows(seen, tf.reshape(dy, [-1, outputs])), shape);
  });
};

/**
 * The gradient is itself a convolution: images and input channels change places, the output's gradient is the filter,
 * stride and dilation are exchanged. XNNPACK then sees one large product and unfolds nothing.
 */
function byConvolution(padded: tf.Tensor4D, dy: tf.Tensor4D, { strides, dilation, shape }: GradientAttrs): tf.Tensor4D {
  const [height, width, inputs, outputs] = shape;
  const images = tf.transpose(padded, [3, 1, 2, 0]); // [in, H, W, B]
  const filter = tf.transpose(dy, [1, 2, 0, 3]); // [h, w, B, out]
  const taps = tf.conv2d(images, filter, dilation, 'valid', 'NHWC', strides);
  return tf.transpose(tf.slice(taps, [0, 0, 0, 0], [inputs, height, width, outputs]), [1, 2, 0, 3]);
}

/** XᵀY, for X and Y of many rows. The right operand is the one that XNNPACK copies first: the narrower stands there. */
function productOfRows(x: tf.Tensor, y: tf.Tensor): tf.Tensor {
  if (y.shape[1]! <= x.shape[1]!) return tf.matMul(x, y, true, false);
  return tf.transpose(tf.matMul(y, x, true, false));
}

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
  const { kernels } = module;
  const out = allocateZeros(backend, shape);
  const { chunks, tilesX, most } = tileChunks(batch, height, width, TILES_AT_ONCE);
  const sizes = [64 * most * inputs, 64 * most * inputs, 64 * most * outputs, 64 * inputs * outputs];
  withScratch(
    backend,
    sizes.reduce((sum, size) => sum + size, 0),
    (seen) => {
      const turned = seen + sizes[0]!;
      const upstream = turned + sizes[1]!;
      const products = upstream + sizes[2]!;
      for (const { parts, tiles } of chunks) {
        for (const { image, from, to, first } of parts) {
          const source = addressOf(backend, x) + 4 * image * inHeight * inWidth * inputs;
          const [top, left] = [padding[0][0], padding[1][0]];
          const target = seen + 4 * first * inputs;
          const seenArgs = [source, target, inHeight, inWidth, inputs, tilesX, from, tiles, top, left];
          module.run('winogradInput', seenArgs, { from, to, grain: rowGrain(tilesX, inputs) });
          const gradient = addressOf(backend, dy) + 4 * image * height * width * outputs;
          const into = upstream + 4 * first * outputs;
          const upstreamArgs = [gradient, into, height, width, outputs, tilesX, from, tiles];
          module.run('winogradUpstream', upstreamArgs, { from, to, grain: rowGrain(tilesX, outputs) });
        }
        kernels.transpose(seen, turned, 16, tiles, inputs);
        for (let plane = 0; plane < 16; plane++) {
          const a = viewOf(backend, turned + 4 * plane * tiles * inputs, inputs, tiles);
          const b = viewOf(backend, upstream + 4 * plane * tiles * outputs, tiles, outputs);
          const result = viewOf(backend, products + 4 * plane * inputs * outputs, inputs, outputs);
          productOn(backend)(a, b, result);
          for (const view of [a, b, result]) forget(backend, view);
        }
        kernels.winogradFilterGradient(products, addressOf(backend, out), inputs, outputs);
      }
    },
  );
  return out;
}

/** dW [taps·in, out] = Uᵀ dY, U [pixels, taps·in] being what each output pixel sees. */
function byUnfolding(backend: WasmBackend, dy: tf.Tensor4D, x: tf.Tensor4D, attrs: GradientAttrs): tf.Tensor4D {
  const [filterHeight, filterWidth, inputs, outputs] = attrs.shape;
  const [batch, height, width] = dy.shape;
  const depth = filterHeight * filterWidth * inputs;
  const rowsAtOnce = Math.max(1, Math.min(height, Math.floor(BLOCK / (width * depth))));
  return tf.tidy(() => {
    const products: tf.Tensor[] = [];
    for (let image = 0; image < batch; image++) {
      for (let row = 0; row < height; row += rowsAtOnce) {
        const rows = Math.min(rowsAtOnce, height - row);
        const upstream = tf.reshape(tf.slice(dy, [image, row, 0, 0], [1, rows, width, outputs]), [-1, outputs]);
        const seen = unfolded(backend, x, attrs, width, image, row, rows);
        products.push(tf.tidy(() => productOfRows(seen, upstream)));
        tf.dispose([upstream, seen]);
      }
    }
    return tf.reshape(tf.addN(products), attrs.shape);
  });
}

/** [rows·w, taps·in] */
function unfolded(
  backend: WasmBackend,
  x: tf.Tensor4D,
  { strides, padding, shape }: GradientAttrs,
  width: number,
  image: number,
  row: number,
  rows: number,
): tf.Tensor {
  const [, inHeight, inWidth, channels] = x.shape;
  const out = allocate(backend, [rows * width, shape[0] * shape[1] * channels]);
  const from = addressOf(backend, x) + 4 * image * inHeight * inWidth * channels;
  const sizes = [inHeight, inWidth, channels, width, shape[0], shape[1]];
  const reach = [...strides, padding[0][0], padding[1][0], row, row + rows];
  wasmKernels(backend).unfold(from, addressOf(backend, out), ...sizes, ...reach);
  return tf.engine().makeTensorFromTensorInfo(out);
}
