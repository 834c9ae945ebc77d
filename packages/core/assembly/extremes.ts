// Maxima and minima of elements [from, to). WebAssembly's own hand NaN on; those of XNNPACK take the other operand.

/** y = min(max(x, low), high); y may be x. */
export function clamp(x: usize, y: usize, low: f32, high: f32, from: i32, to: i32): void {
  const whole = from + ((to - from) & ~3);
  const lows = f32x4.splat(low);
  const highs = f32x4.splat(high);
  for (let i = from; i < whole; i += 4) {
    const at = <usize>i << 2;
    v128.store(y + at, f32x4.min(f32x4.max(v128.load(x + at), lows), highs));
  }
  for (let i = whole; i < to; i++) {
    const at = <usize>i << 2;
    store<f32>(y + at, min(max(load<f32>(x + at), low), high));
  }
}

/** y = max(a, b), element by element. */
export function maximum(a: usize, b: usize, y: usize, from: i32, to: i32): void {
  const whole = from + ((to - from) & ~3);
  for (let i = from; i < whole; i += 4) {
    const at = <usize>i << 2;
    v128.store(y + at, f32x4.max(v128.load(a + at), v128.load(b + at)));
  }
  for (let i = whole; i < to; i++) {
    const at = <usize>i << 2;
    store<f32>(y + at, max(load<f32>(a + at), load<f32>(b + at)));
  }
}

/** y = min(a, b), element by element. */
export function minimum(a: usize, b: usize, y: usize, from: i32, to: i32): void {
  const whole = from + ((to - from) & ~3);
  for (let i = from; i < whole; i += 4) {
    const at = <usize>i << 2;
    v128.store(y + at, f32x4.min(v128.load(a + at), v128.load(b + at)));
  }
  for (let i = whole; i < to; i++) {
    const at = <usize>i << 2;
    store<f32>(y + at, min(load<f32>(a + at), load<f32>(b + at)));
  }
}
