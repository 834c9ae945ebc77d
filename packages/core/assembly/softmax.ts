// Softmax of rows.
import { expOrZero } from './attend';
import { loadPart, storePart } from './sums';

/** Rows [from, to) of n logits each. */
export function softmax(x: usize, out: usize, n: i32, from: i32, to: i32): void {
  const bytes = <usize>n << 2;
  for (let row = from; row < to; row++) soften(x + <usize>row * bytes, out + <usize>row * bytes, n);
}

function soften(x: usize, out: usize, n: i32): void {
  const whole = n & ~3, rest = n - whole, last = <usize>whole << 2;
  let high = f32x4.splat(-Infinity);
  for (let i: usize = 0; i < last; i += 16) high = f32x4.max(high, v128.load(x + i)); // hands NaN on
  let most = max(
    max(f32x4.extract_lane(high, 0), f32x4.extract_lane(high, 1)), max(f32x4.extract_lane(high, 2), f32x4.extract_lane(high, 3)),
  );
  for (let i = last; i < <usize>n << 2; i += 4) most = max(most, load<f32>(x + i));
  const shift = f32x4.splat(most);
  let sums = f32x4.splat(0);
  for (let i: usize = 0; i < last; i += 16) {
    const e = expOrZero(f32x4.sub(v128.load(x + i), shift));
    v128.store(out + i, e);
    sums = f32x4.add(sums, e);
  }
  let total = f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1) + (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3));
  if (rest > 0) {
    storePart(out + last, expOrZero(f32x4.sub(loadPart(x + last, rest), shift)), rest);
    for (let i = last; i < <usize>n << 2; i += 4) total += load<f32>(out + i);
  }
  const factor: f32 = 1 / total, all = f32x4.splat(factor);
  for (let i: usize = 0; i < last; i += 16) v128.store(out + i, f32x4.mul(v128.load(out + i), all));
  for (let i = last; i < <usize>n << 2; i += 4) store<f32>(out + i, load<f32>(out + i) * factor);
}
