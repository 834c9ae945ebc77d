// Softplus: of mask logits at every point, for every target.
import { expOfNegative } from './simd';

/** log(1 + exp(x)) of elements [from, to). */
export function softplus(x: usize, out: usize, from: i32, to: i32): void {
  const whole = from + ((to - from) & ~3);
  for (let i = from; i < whole; i += 4) v128.store(out + (<usize>i << 2), softplusOf(v128.load(x + (<usize>i << 2))));
  for (let i = whole; i < to; i++) {
    store<f32>(out + (<usize>i << 2), f32x4.extract_lane(softplusOf(v128.load32_splat(x + (<usize>i << 2))), 0));
  }
}

/** max(x, 0) + log(1 + e), e = exp(−|x|), the logarithm as 2 artanh(e / (2 + e)): eight terms, since e / (2 + e) ≤ 1/3. */
// @ts-ignore: decorator
@inline
function softplusOf(x: v128): v128 {
  const size = f32x4.abs(x);
  // beyond 87, where the exponential stays what it is there, nothing; NaN is neither
  const e = v128.andnot(expOfNegative(f32x4.neg(size)), f32x4.gt(size, f32x4.splat(87)));
  const s = f32x4.div(e, f32x4.add(e, f32x4.splat(2)));
  const t = f32x4.mul(s, s);
  let p = f32x4.splat(1 / 15);
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(1 / 13));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(1 / 11));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(1 / 9));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(1 / 7));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(1 / 5));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(1 / 3));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(1));
  const log = f32x4.mul(f32x4.add(s, s), p);
  return f32x4.add(f32x4.max(x, f32x4.splat(0)), log);
}
