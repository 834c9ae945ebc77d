/** A shape, or an order of axes. */
export type Sides = readonly number[];

/** The order that a convolution of ONNX wants of [B, H, W, C]. */
export const NCHW: Sides = [0, 3, 1, 2];

/** Axes in their own order. */
export function identity(rank: number): Sides {
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** Elements, one for each axis, in another order of axes. */
export function permuted<T>(sides: readonly T[], perm: Sides): T[] {
  return perm.map((axis) => sides[axis]);
}

/** True of axes in their own order. */
export function isIdentity(perm: Sides): boolean {
  return perm.every((axis, i) => axis === i);
}

/** Values of a tensor in row-major order, or those of its bytes. */
export type Values = Float32Array | Int32Array | Uint8Array;

/** A copy of row-major values with another order of axes. */
export function permutedValues(values: Values, shape: Sides, perm: Sides): Values {
  const result = values.slice();
  if (isIdentity(perm)) return result;
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  const [sides, steps] = [permuted(shape, perm), permuted(strides, perm)];
  const at = sides.map(() => 0);
  for (let i = 0, from = 0; i < result.length; i++) {
    result[i] = values[from];
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++at[axis] < sides[axis]) break;
      from -= steps[axis] * sides[axis];
      at[axis] = 0;
    }
  }
  return result;
}
