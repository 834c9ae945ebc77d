// Arithmetic at the two ends of a product's tile.

/** Sums start from what is added: a map as large as the output, or the output itself, as in a later block of k. */
export const ADD = 1;
/** Cuts at zero what is stored; NaN stays NaN. */
export const RELU = 2;

/** a · b + c, with one rounding where the module is compiled for relaxed SIMD and the machine can. */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** The first `count` of four values, zeros beyond. */
// @ts-ignore: decorator
@inline
export function loadPart(p: usize, count: i32): v128 {
  if (count >= 4) return v128.load(p);
  if (count <= 0) return f32x4.splat(0);
  if (count == 1) return v128.load32_zero(p);
  const two = v128.load64_zero(p);
  return count == 2 ? two : f32x4.replace_lane(two, 2, load<f32>(p, 8));
}

/** As `loadPart`, not inlined: a tile would grow threefold. */
export function partOf(p: usize, count: i32): v128 {
  return loadPart(p, count);
}

/** Stores the first `count` of four values. Not inlined either. */
export function storePart(p: usize, v: v128, count: i32): void {
  if (count >= 4) { v128.store(p, v); return; }
  if (count > 0) store<f32>(p, f32x4.extract_lane(v, 0));
  if (count > 1) store<f32>(p, f32x4.extract_lane(v, 1), 4);
  if (count > 2) store<f32>(p, f32x4.extract_lane(v, 2), 8);
}
