import * as tf from '@tensorflow/tfjs-core';

import { ShapeError } from '../../errors.ts';
import { activated, type FusedActivation } from '../repairs/fused-activation.ts';
import { isRowOf, ofNothing } from '../repairs/no-terms.ts';
import { type Repair, tensorsOf } from '../repairs/repair.ts';
import { sizeFromShape } from '../size.ts';
import { multiply, multiplyBatches, type Product } from '../wasm/products.ts';
import { addressOf, type WasmBackend, writeTensor } from '../wasm/wasm-backend.ts';

/**
 * Products of our own in XNNPACK's place: half again as fast, batches and transposes without copies, NaN kept, and no packed
 * copy of every right operand for as long as it lives.
 */
export const wasmProductRepairs: Repair[] = [
  {
    kernelName: 'BatchMatMul',
    backendName: 'wasm',
    replace: (original) => (args) => {
      const { a, b } = tensorsOf(args.inputs as tf.NamedTensorInfoMap);
      if (a.dtype !== 'float32' || b.dtype !== 'float32') return original!.kernelFunc(args);
      const { transposeA, transposeB } = args.attrs as { transposeA: boolean; transposeB: boolean };
      return tf.tidy(() => product(args.backend as WasmBackend, a, b, { transposeA, transposeB }));
    },
  },
  {
    kernelName: '_FusedMatMul',
    backendName: 'wasm',
    replace: (original) => (args) => {
      const { a, b, bias, preluActivationWeights } = tensorsOf(args.inputs as tf.NamedTensorInfoMap);
      if (a.dtype !== 'float32' || b.dtype !== 'float32') return original!.kernelFunc(args);
      const attrs = args.attrs as unknown as Transposes & FusedActivation;
      const isRow = isRowOf(b.shape.at(attrs.transposeB ? -2 : -1), bias);
      const relu = attrs.activation === 'relu' && (bias === undefined || isRow);
      const fused = {
        transposeA: attrs.transposeA,
        transposeB: attrs.transposeB,
        bias: isRow ? bias : undefined,
        relu,
      };
      return tf.tidy(() => {
        const y = product(args.backend as WasmBackend, a, b, fused);
        const shifted = bias === undefined || isRow ? y : tf.add(y, bias);
        return relu ? shifted : activated(shifted, attrs, preluActivationWeights);
      });
    },
  },
];

type Transposes = { transposeA: boolean; transposeB: boolean };
type Fused = Transposes & { bias?: tf.Tensor; relu?: boolean };

/** [..., rows, columns], batch axes broadcast; bias [columns] */
function product(backend: WasmBackend, a: tf.Tensor, b: tf.Tensor, { bias, relu, ...transposes }: Fused): tf.Tensor {
  const sides = (x: tf.Tensor, isTransposed: boolean) => {
    const [first, second] = x.shape.slice(-2) as [number, number];
    return isTransposed ? [second, first] : [first, second];
  };
  const [rows, inner] = sides(a, transposes.transposeA) as [number, number];
  const [innerOfB, columns] = sides(b, transposes.transposeB) as [number, number];
  if (inner !== innerOfB) {
    throw new ShapeError(
      `matMul: expected inner axes alike, got ${inner} of [${a.shape}] and ${innerOfB} of [${b.shape}]`,
    );
  }
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const shape = [...tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB), rows, columns];
  if (sizeFromShape(shape) === 0 || inner === 0) return ofNothing(backend, shape, bias, relu);
  const given = { ...transposes, rows, inner, columns, bias: bias && addressOf(backend, bias), relu };
  const write = (to: number) => multiplyAll(backend, given, [a, b], [batchA, batchB, shape.slice(0, -2)], to);
  return tf.engine().makeTensorFromTensorInfo(writeTensor(backend, shape, write));
}

/** One right matrix for all batches makes them rows of one product, unless the left ones are transposed. */
function multiplyAll(
  backend: WasmBackend,
  given: Product,
  [a, b]: [tf.Tensor, tf.Tensor],
  [batchA, batchB, batch]: [number[], number[], number[]],
  to: number,
): void {
  const [from, by] = [addressOf(backend, a), addressOf(backend, b)];
  const [countA, countB, count] = [batchA, batchB, batch].map(sizeFromShape) as [number, number, number];
  if (count === 1 || (countB === 1 && !given.transposeA)) {
    multiply(backend, { ...given, rows: countA * given.rows }, { a: from, b: by, out: to });
    return;
  }
  const [indexA, indexB] = [broadcastIndices(batchA, batch), broadcastIndices(batchB, batch)];
  const [stepA, stepB] = [4 * given.rows * given.inner, 4 * given.inner * given.columns];
  const operands = indexA.map((i, n) => ({ a: from + i * stepA, b: by + indexB[n]! * stepB }));
  multiplyBatches(backend, given, operands, to);
}

/** For each index of `target`, in order, the index in `shape` that it reads. */
function broadcastIndices(shape: number[], target: number[]): number[] {
  let indices = [0];
  let size = 1;
  for (let axis = 1; axis <= target.length; axis++) {
    // from the last axis on: indices so far repeat for each step along this one
    const side = shape.at(-axis) ?? 1;
    const step = side === 1 ? 0 : size;
    indices = Array.from({ length: target.at(-axis)! }, (_, i) => indices.map((index) => index + i * step)).flat();
    size *= side;
  }
  return indices;
}
