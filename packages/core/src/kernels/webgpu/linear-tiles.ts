import type * as tf from '@tensorflow/tfjs-core';

import type { FusedActivation } from '../fused-linear/types.ts';
import { type LeftOperand, productInTiles } from './product-tiles.ts';

/** Product of rows with one matrix, and what happens on its way in and out. */
type LinearTiles = {
  /** [M, in] */
  x: tf.Tensor;
  /** [in, out], both multiples of four */
  weight: tf.Tensor;
  bias?: tf.Tensor;
  /** [M, out], added before the function */
  residual?: tf.Tensor;
  /** [N, in] or [M, in], added to the rows in turn, for the first `positioned` columns of the result */
  position?: tf.Tensor;
  /** A multiple of four. Default: 0 */
  positioned?: number;
  activation: FusedActivation;
};

/**
 * Product in tiles, with position, bias, residual and function on the way.
 *
 * @returns [M, out]
 */
export function linearInTiles(backend: tf.KernelBackend, product: LinearTiles): tf.TensorInfo {
  const { x, weight, position, ...rest } = product;
  const [rows, columns] = [x.shape[0]!, weight.shape[1]!];
  return productInTiles(backend, {
    ...{ ...rest, rows, columns, outputShape: [rows, columns] },
    operands: [rowsOperand({ x, weight, position })],
  });
}

/** Rows of a matrix as a left operand, with a position that is added to them. */
export function rowsOperand({ x, weight, position }: Pick<LinearTiles, 'x' | 'weight' | 'position'>): LeftOperand {
  const read = (tensor: tf.Tensor) => ({ tensor, components: 4 as const, anyStorage: true as const });
  const placed = 'if (isPositioned) { v += positionAt((row % uniforms.positions) * (uniforms.xTerms / 4) + k); }';
  return {
    ...{ name: 'x', key: position ? 'positioned' : 'rows', weight, terms: x.shape[1]! },
    inputs: { x: read(x), ...(position && { position: read(position) }) },
    integers: position ? { positions: position.shape[0]! } : {},
    code: `
    fn xLeft(row: i32, k: i32, isPositioned: bool) -> vec4<f32> {
      var v = xAt(row * (uniforms.xTerms / 4) + k);
      ${position ? placed : ''}
      return v;
    }`,
  };
}
