// The exact Gaussian error linear unit. n is rounded up to a multiple of four by the caller's allocation.
import { expOfNegative } from './simd';

/**
 * ½ erfc(|x|/√2), the smaller tail of the normal distribution: t·P(t)·exp(−x²/2), t = 1/(1 + 0.45·|x|/√2). P fits
 * erfcx(z)/(2t) to 8e-8 relative over z in [0, 10].
 */
// @ts-ignore: decorator
@inline
function smallerTail(x: v128, density: v128): v128 {
  const t = f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), f32x4.mul(f32x4.abs(x), f32x4.splat(0.3181980515))));
  let p = f32x4.splat(-0.02428961313);
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.1800027062));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(-0.4627567074));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.4492192847));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(-0.1151590417));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.250023707));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.2136817136));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.2554653095));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.2538127218));
  return f32x4.mul(f32x4.mul(f32x4.mul(p, t), density), f32x4.splat(0.5));
}

/** exp(−x²/2) */
// @ts-ignore: decorator
@inline
function bell(x: v128): v128 {
  return expOfNegative(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5)));
}

/** Φ(x) */
// @ts-ignore: decorator
@inline
function distribution(x: v128, density: v128): v128 {
  const tail = smallerTail(x, density);
  return v128.bitselect(tail, f32x4.sub(f32x4.splat(1), tail), f32x4.lt(x, f32x4.splat(0)));
}

/** out = x · Φ(x) of elements [from, to). */
export function gelu(x: usize, out: usize, from: i32, to: i32): void {
  const whole = from + ((to - from) & ~3);
  for (let i = from; i < whole; i += 4) {
    const at = <usize>i << 2;
    const v = v128.load(x + at);
    v128.store(out + at, f32x4.mul(v, distribution(v, bell(v))));
  }
  for (let i = whole; i < to; i++) {
    const at = <usize>i << 2;
    const v = f32x4.splat(load<f32>(x + at));
    store<f32>(out + at, f32x4.extract_lane(f32x4.mul(v, distribution(v, bell(v))), 0));
  }
}

/** dx = dy · (Φ(x) + x · φ(x)) of elements [from, to). */
export function geluGradient(dy: usize, x: usize, dx: usize, from: i32, to: i32): void {
  const whole = from + ((to - from) & ~3);
  for (let i = from; i < whole; i += 4) {
    const at = <usize>i << 2;
    v128.store(dx + at, f32x4.mul(v128.load(dy + at), slope(v128.load(x + at))));
  }
  for (let i = whole; i < to; i++) {
    const at = <usize>i << 2;
    store<f32>(dx + at, load<f32>(dy + at) * f32x4.extract_lane(slope(f32x4.splat(load<f32>(x + at))), 0));
  }
}

// @ts-ignore: decorator
@inline
function slope(x: v128): v128 {
  const density = bell(x);
  return f32x4.add(distribution(x, density), f32x4.mul(x, f32x4.mul(density, f32x4.splat(0.3989422804))));
}
