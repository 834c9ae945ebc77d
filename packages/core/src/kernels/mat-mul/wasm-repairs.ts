import * as tf from '@tensorflow/tfjs-core';
import { type Repair, tensorsOf } from '../repairs/repair.ts';
import { sizeFromShape } from '../size.ts';
import { forget, productOn, viewOf } from '../wasm/products.ts';
import { addressOf, allocate, type WasmBackend } from '../wasm/wasm-backend.ts';
import { elementsOf, wasmModule } from '../wasm/wasm-kernels.ts';

/**
 * Only the product of one untransposed batch is fast on wasm (XNNPACK); transposed and batched ones are loops, and
 * those with bias or activation are wrong. Here every product is made of fast ones. XNNPACK's packed copy of the right
 * operand is kept by the operand's id alone, whatever its shape, so each product gets a view with an id of its own.
 */
export const wasmProductRepairs: Repair[] = [
  {
    kernelName: 'BatchMatMul',
    backendName: 'wasm',
    replace: () => (args) => {
      const { a, b } = tensorsOf(args.inputs as tf.NamedTensorInfoMap);
      const { transposeA, transposeB } = args.attrs as { transposeA: boolean; transposeB: boolean };
      return tf.tidy(() => multiply(args.backend as WasmBackend, a, b, transposeA, transposeB));
    },
  },
  {
    kernelName: '_FusedMatMul',
    backendName: 'wasm',
    replace: (original) => (args) => {
      const { a, b, bias, preluActivationWeights } = tensorsOf(args.inputs as tf.NamedTensorInfoMap);
      const { transposeA, transposeB, activation, leakyreluAlpha } = args.attrs as FusedAttributes;
      const isOneProduct = sizeFromShape(a.shape.slice(0, -2)) * sizeFromShape(b.shape.slice(0, -2)) === 1;
      const isPlain = !transposeA && !transposeB && (activation === 'linear' || activation === 'relu');
      const isFast = isOneProduct && isPlain && isPackedAs(b);
      if (isFast && isRow(args.backend as WasmBackend, bias)) {
        const product = original!.kernelFunc({ ...args, attrs: { ...args.attrs, activation: 'linear' } as never });
        return activation === 'relu' ? rectified(args.backend as WasmBackend, product as tf.TensorInfo) : product;
      }
      return tf.tidy(() => {
        const product = multiply(args.backend as WasmBackend, a, b, transposeA, transposeB);
        const shifted = bias === undefined ? product : tf.add(product, bias);
        return activated(shifted, activation, leakyreluAlpha, preluActivationWeights);
      });
    },
  },
];

/**
 * A relu in place, after the product: XNNPACK's own makes NaN zero. Costs 2 of 103 ms behind [6000, 256] times
 * [256, 1024] on one thread.
 */
function rectified(backend: WasmBackend, x: tf.TensorInfo): tf.TensorInfo {
  const address = addressOf(backend, x);
  wasmModule(backend).run('clamp', [address, address, 0, Infinity], elementsOf(x, 131_072));
  return x;
}

/** tfjs asks for the shape under which the data was made: what a reshape or a gather returns can have another. */
function isRow(backend: WasmBackend, bias: tf.Tensor | undefined): boolean {
  return bias === undefined || (bias.rank === 1 && backend.dataIdMap.get(bias.dataId).shape.length === 1);
}

const packedShapes = new WeakMap<object, string>();

/** False if XNNPACK holds this operand packed under another shape, which it would use without noticing. */
function isPackedAs(b: tf.Tensor): boolean {
  const shape = b.shape.slice(-2).join();
  const known = packedShapes.get(b.dataId) ?? shape;
  packedShapes.set(b.dataId, known);
  return known === shape;
}

type FusedAttributes = { transposeA: boolean; transposeB: boolean; activation: string; leakyreluAlpha?: number };

function multiply(
  backend: WasmBackend,
  a: tf.Tensor,
  b: tf.Tensor,
  transposeA: boolean,
  transposeB: boolean,
): tf.Tensor {
  const left = transposeA ? exchangeLast(a) : a;
  const right = transposeB ? exchangeLast(b) : b;
  const [batchA, batchB] = [left.shape.slice(0, -2), right.shape.slice(0, -2)];
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
  const [rows, inner] = left.shape.slice(-2) as [number, number];
  const columns = right.shape.at(-1)!;
  const out = tf.engine().makeTensorFromTensorInfo(allocate(backend, [...batch, rows, columns]));
  const [countA, countB] = [sizeFromShape(batchA), sizeFromShape(batchB)];
  if (countB === 1) {
    productOfViews(backend, left, right, out, countA * rows, inner, columns, 1, [0, 0]);
  } else {
    const wide = countA === 1 || batchA.join() === batch.join() ? left : tf.broadcastTo(left, [...batch, rows, inner]);
    const deep = batchB.join() === batch.join() ? right : tf.broadcastTo(right, [...batch, inner, columns]);
    const steps: [number, number] = [countA === 1 ? 0 : rows * inner, inner * columns];
    productOfViews(backend, wide, deep, out, rows, inner, columns, sizeFromShape(batch), steps);
  }
  return out;
}

/** Multiplies matrix by matrix in place, without cutting the tensors up. Steps are elements from batch to batch. */
function productOfViews(
  backend: WasmBackend,
  a: tf.Tensor,
  b: tf.Tensor,
  out: tf.Tensor,
  rows: number,
  inner: number,
  columns: number,
  count: number,
  [stepA, stepB]: [number, number],
): void {
  const product = productOn(backend);
  const [fromA, fromB, to] = [a, b, out].map((tensor) => addressOf(backend, tensor));
  for (let i = 0; i < count; i++) {
    const views = [
      viewOf(backend, fromA! + 4 * i * stepA, rows, inner),
      viewOf(backend, fromB! + 4 * i * stepB, inner, columns),
      viewOf(backend, to! + 4 * i * rows * columns, rows, columns),
    ] as const;
    product(...views);
    for (const view of views) forget(backend, view);
  }
}

function exchangeLast(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, i) => i);
  return tf.transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}

function activated(x: tf.Tensor, activation: string, alpha?: number, prelu?: tf.Tensor): tf.Tensor {
  switch (activation) {
    case 'relu':
      return tf.relu(x);
    case 'relu6':
      return tf.relu6(x);
    case 'elu':
      return tf.elu(x);
    case 'sigmoid':
      return tf.sigmoid(x);
    case 'leakyrelu':
      return tf.leakyRelu(x, alpha);
    case 'prelu':
      return tf.prelu(x, prelu!);
    default:
      return x;
  }
}
