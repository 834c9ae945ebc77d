// Operands as the tiles read them: panels of eight columns, and rows of what lies in columns.
import { loadPart } from './sums';

/**
 * Panels [from, to) of eight columns, [⌈N/8⌉, K, 8], of b[k][n] at b + k·down + n·right bytes, zeros past N; `panelBytes`
 * from one to the next. Matrices in rows have right = 4, transposed ones down = 4. Those in rows are multiplied by scale [N], 0
 * for none.
 */
export function pack(
  b: usize, out: usize, K: i32, N: i32, down: usize, right: usize, panelBytes: usize, scale: usize,
  from: i32, to: i32,
): void {
  for (let panel = from; panel < to; panel++) {
    const n = panel << 3;
    const source = b + <usize>n * right, target = out + <usize>panel * panelBytes;
    if (right == 4) packRows(source, target, K, N - n, down, scale ? scale + (<usize>n << 2) : 0);
    else if (down == 4 && n + 8 <= N) packColumns(source, target, K, right);
    else packSingly(source, target, 0, K, N - n, down, right);
  }
}

function packRows(b: usize, out: usize, K: i32, width: i32, down: usize, scale: usize): void {
  const low = scale ? loadPart(scale, width) : f32x4.splat(1), high = scale ? loadPart(scale + 16, width - 4) : low;
  if (width >= 8) {
    for (let k = 0; k < K; k++, b += down, out += 32) {
      v128.store(out, f32x4.mul(low, v128.load(b)));
      v128.store(out, f32x4.mul(high, v128.load(b, 16)), 16);
    }
  } else {
    for (let k = 0; k < K; k++, b += down, out += 32) {
      v128.store(out, f32x4.mul(low, loadPart(b, width)));
      v128.store(out, f32x4.mul(high, loadPart(b + 16, width - 4)), 16);
    }
  }
}

function packColumns(b: usize, out: usize, K: i32, right: usize): void {
  const whole = K & ~3;
  for (let k = 0; k < whole; k += 4) {
    const at = b + (<usize>k << 2), o = out + (<usize>k << 5);
    turn(v128.load(at), v128.load(at + right), v128.load(at + 2 * right), v128.load(at + 3 * right), o, 32);
    const next = at + 4 * right;
    turn(v128.load(next), v128.load(next + right), v128.load(next + 2 * right), v128.load(next + 3 * right), o + 16, 32);
  }
  packSingly(b, out, whole, K, 8, 4, right);
}

function packSingly(b: usize, out: usize, from: i32, K: i32, width: i32, down: usize, right: usize): void {
  for (let k = from; k < K; k++) {
    const at = b + <usize>k * down, o = out + (<usize>k << 5);
    for (let i = 0; i < 8; i++) store<f32>(o + (<usize>i << 2), i < width ? load<f32>(at + <usize>i * right) : 0);
  }
}

/** Stores the transpose of four vectors, rows `line` bytes apart. */
// @ts-ignore: decorator
@inline
export function turn(a: v128, b: v128, c: v128, d: v128, out: usize, line: usize): void {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7), cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
  v128.store(out + line, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
  v128.store(out + 2 * line, v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5));
  v128.store(out + 3 * line, v128.shuffle<f32>(abHigh, cdHigh, 2, 3, 6, 7));
}
