// Steps of an optimizer: every element by itself.

/** θ, m and v of elements [from, to) as src/kernels/adam-step/adam-step.ts says; `clip` multiplies the gradient, isRooted 0 leaves v out. */
export function adamStep(
  parameter: usize, gradient: usize, first: usize, second: usize, parameterOut: usize, firstOut: usize, secondOut: usize,
  clip: f32, beta1: f32, newest1: f32, beta2: f32, newest2: f32, epsilon: f32, kept: f32, rate: f32, rootScale: f32,
  isRooted: i32, from: i32, to: i32,
): void {
  const whole = from + ((to - from) & ~3);
  for (let i = from; i < whole; i += 4) {
    const at = <usize>i << 2;
    const g = f32x4.mul(v128.load(gradient + at), f32x4.splat(clip));
    const m = f32x4.add(f32x4.mul(v128.load(first + at), f32x4.splat(beta1)), f32x4.mul(g, f32x4.splat(newest1)));
    const squares = f32x4.mul(f32x4.mul(g, g), f32x4.splat(newest2));
    const v = f32x4.add(f32x4.mul(v128.load(second + at), f32x4.splat(beta2)), squares);
    let change = f32x4.mul(m, f32x4.splat(rate));
    if (isRooted) {
      const root = f32x4.mul(f32x4.sqrt(v), f32x4.splat(rootScale));
      change = f32x4.div(change, f32x4.add(root, f32x4.splat(epsilon)));
    }
    v128.store(firstOut + at, m);
    v128.store(secondOut + at, v);
    v128.store(parameterOut + at, f32x4.sub(f32x4.mul(v128.load(parameter + at), f32x4.splat(kept)), change));
  }
  for (let i = whole; i < to; i++) {
    const at = <usize>i << 2;
    const g = load<f32>(gradient + at) * clip;
    const m = load<f32>(first + at) * beta1 + g * newest1, v = load<f32>(second + at) * beta2 + g * g * newest2;
    const change = isRooted ? (m * rate) / (sqrt<f32>(v) * rootScale + epsilon) : m * rate;
    store<f32>(firstOut + at, m);
    store<f32>(secondOut + at, v);
    store<f32>(parameterOut + at, load<f32>(parameter + at) * kept - change);
  }
}

/** Elements whose squares are summed on their own: who sums them does not matter to the bytes. */
const CHUNK = 16384;

/** Sums of squares of chunks [from, to) of x [n], in double precision. */
export function sumSquares(x: usize, out: usize, n: i32, from: i32, to: i32): void {
  for (let chunk = from; chunk < to; chunk++) {
    const begin = chunk * CHUNK, end = min(n, begin + CHUNK), whole = begin + ((end - begin) & ~3);
    let low = f64x2.splat(0), high = low;
    for (let i = begin; i < whole; i += 4) {
      const v = v128.load(x + (<usize>i << 2));
      const a = f64x2.promote_low_f32x4(v), b = f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3));
      low = f64x2.add(low, f64x2.mul(a, a));
      high = f64x2.add(high, f64x2.mul(b, b));
    }
    const sums = f64x2.add(low, high);
    let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
    for (let i = whole; i < end; i++) {
      const value = <f64>load<f32>(x + (<usize>i << 2));
      sum += value * value;
    }
    store<f64>(out + (<usize>chunk << 3), sum);
  }
}
