// Along the axes of a tensor: sums, and blocks of one that lie at equal distances in another.

/** Rows that are summed on their own before they are added: the error does not grow with all rows, and they stay in the first cache. */
const ROWS_AT_ONCE = 64;

/** out [outer, inner] = factor · Σ over rows of x [outer, rows, inner], elements [from, to) of out. */
export function sumAxis(
  x: usize, out: usize, rows: i32, inner: i32, factor: f32, from: i32, to: i32,
): void {
  if (inner == 1) {
    for (let i = from; i < to; i++) {
      store<f32>(out + (<usize>i << 2), factor * sumOfRun(x + (<usize>i * <usize>rows << 2), rows));
    }
    return;
  }
  for (let at = from; at < to;) {
    const outer = at / inner, first = at % inner, count = min(inner - first, to - at);
    const source = x + ((<usize>outer * <usize>rows * <usize>inner + <usize>first) << 2);
    sumColumns(source, out + (<usize>at << 2), rows, <usize>inner << 2, count, factor);
    at += count;
  }
}

function sumOfRun(x: usize, n: i32): f32 {
  let a = f32x4.splat(0), b = a, c = a, d = a;
  const end = x + (<usize>n << 2);
  for (; x + 64 <= end; x += 64) {
    a = f32x4.add(a, v128.load(x));
    b = f32x4.add(b, v128.load(x, 16));
    c = f32x4.add(c, v128.load(x, 32));
    d = f32x4.add(d, v128.load(x, 48));
  }
  for (; x + 16 <= end; x += 16) a = f32x4.add(a, v128.load(x));
  const s = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  let sum = f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1) + (f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3));
  for (; x < end; x += 4) sum += load<f32>(x);
  return sum;
}

/** Sums of `count` neighboring columns, rows `line` bytes apart. */
function sumColumns(x: usize, out: usize, rows: i32, line: usize, count: i32, factor: f32): void {
  const bytes = <usize>count << 2, wide = bytes & ~63, whole = bytes & ~15;
  memory.fill(out, 0, bytes);
  for (let row = 0; row < rows; row += ROWS_AT_ONCE) {
    const block = x + <usize>row * line, end = block + <usize>min(ROWS_AT_ONCE, rows - row) * line;
    for (let c: usize = 0; c < wide; c += 64) {
      let s = f32x4.splat(0), t = s, u = s, v = s;
      for (let p = block + c; p < end + c; p += line) {
        s = f32x4.add(s, v128.load(p));
        t = f32x4.add(t, v128.load(p, 16));
        u = f32x4.add(u, v128.load(p, 32));
        v = f32x4.add(v, v128.load(p, 48));
      }
      const o = out + c;
      v128.store(o, f32x4.add(v128.load(o), s));
      v128.store(o, f32x4.add(v128.load(o, 16), t), 16);
      v128.store(o, f32x4.add(v128.load(o, 32), u), 32);
      v128.store(o, f32x4.add(v128.load(o, 48), v), 48);
    }
    for (let c = wide; c < whole; c += 16) {
      let s = f32x4.splat(0);
      for (let p = block + c; p < end + c; p += line) s = f32x4.add(s, v128.load(p));
      v128.store(out + c, f32x4.add(v128.load(out + c), s));
    }
    for (let c = whole; c < bytes; c += 4) {
      let s: f32 = 0;
      for (let p = block + c; p < end + c; p += line) s += load<f32>(p);
      store<f32>(out + c, load<f32>(out + c) + s);
    }
  }
  if (factor == 1) return;
  for (let c: usize = 0; c < whole; c += 16) v128.store(out + c, f32x4.mul(v128.load(out + c), f32x4.splat(factor)));
  for (let c = whole; c < bytes; c += 4) store<f32>(out + c, load<f32>(out + c) * factor);
}

/** Copies blocks [from, to) of `bytes` each, `step` bytes apart on each side. */
export function copyBlocks(x: usize, out: usize, bytes: usize, step: usize, outStep: usize, from: i32, to: i32): void {
  for (let i = from; i < to; i++) memory.copy(out + <usize>i * outStep, x + <usize>i * step, bytes);
}
