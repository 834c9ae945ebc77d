// Moving values: transposition in blocks, masks of activations.

/** out [batches, columns, rows] from x [batches, rows, columns]. */
export function transpose(x: usize, out: usize, batches: i32, rows: i32, columns: i32): void {
  const bytes = <usize>(rows * columns) << 2;
  for (let batch = 0; batch < batches; batch++, x += bytes, out += bytes) {
    for (let row = 0; row < rows; row += 32) {
      const lastRow = min(rows, row + 32);
      for (let column = 0; column < columns; column += 4) {
        if (column + 4 <= columns) {
          transposeStrip(x, out, rows, columns, row, lastRow, column);
        } else {
          for (let c = column; c < columns; c++) {
            for (let r = row; r < lastRow; r++) {
              store<f32>(out + (<usize>(c * rows + r) << 2), load<f32>(x + (<usize>(r * columns + c) << 2)));
            }
          }
        }
      }
    }
  }
}

/** Rows [row, lastRow) of the four columns from `column`. */
// @ts-ignore: decorator
@inline
function transposeStrip(x: usize, out: usize, rows: i32, columns: i32, row: i32, lastRow: i32, column: i32): void {
  const from = <usize>columns << 2, to = <usize>rows << 2;
  let r = row;
  for (; r + 4 <= lastRow; r += 4) {
    const source = x + (<usize>(r * columns + column) << 2);
    const a = v128.load(source), b = v128.load(source + from);
    const c = v128.load(source + 2 * from), d = v128.load(source + 3 * from);
    const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7), cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    const target = out + (<usize>(column * rows + r) << 2);
    v128.store(target, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
    v128.store(target + to, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
    v128.store(target + 2 * to, v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5));
    v128.store(target + 3 * to, v128.shuffle<f32>(abHigh, cdHigh, 2, 3, 6, 7));
  }
  for (; r < lastRow; r++) {
    for (let c = column; c < column + 4; c++) {
      store<f32>(out + (<usize>(c * rows + r) << 2), load<f32>(x + (<usize>(r * columns + c) << 2)));
    }
  }
}

/** out [batches, columns, rows, inner] from x [batches, rows, columns, inner]; inner a multiple of four. */
export function swapBlocks(x: usize, out: usize, batches: i32, rows: i32, columns: i32, inner: i32): void {
  const bytes = <usize>inner << 2;
  for (let batch = 0; batch < batches; batch++, x += <usize>(rows * columns) * bytes) {
    for (let column = 0; column < columns; column++) {
      let from = x + <usize>column * bytes;
      for (let row = 0; row < rows; row++, from += <usize>columns * bytes, out += bytes) {
        for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, v128.load(from + i));
      }
    }
  }
}

/** dx = dy where y > 0, NaN where y is, else 0. */
export function reluGradient(dy: usize, y: usize, dx: usize, from: i32, to: i32): void {
  const whole = from + ((to - from) & ~3);
  for (let i = from; i < whole; i += 4) {
    const at = <usize>i << 2;
    const v = v128.load(y + at);
    const passed = v128.and(v128.load(dy + at), f32x4.gt(v, f32x4.splat(0)));
    v128.store(dx + at, v128.or(passed, v128.and(v, f32x4.ne(v, v))));
  }
  for (let i = whole; i < to; i++) {
    const at = <usize>i << 2;
    const v = load<f32>(y + at);
    store<f32>(dx + at, v > 0 ? load<f32>(dy + at) : v == v ? 0 : v);
  }
}

/** out[c] = Σ over rows of x [rows, C], in blocks so that the error does not grow with the rows. Uses scratch [C]. */
export function sumRows(x: usize, out: usize, scratch: usize, rows: i32, C: i32): void {
  const bytes = <usize>C << 2;
  const whole = <usize>(C & ~3) << 2;
  memory.fill(out, 0, bytes);
  for (let start = 0; start < rows; start += 256) {
    memory.fill(scratch, 0, bytes);
    const end = min(rows, start + 256);
    for (let row = start; row < end; row++, x += bytes) {
      for (let c: usize = 0; c < whole; c += 16) {
        v128.store(scratch + c, f32x4.add(v128.load(scratch + c), v128.load(x + c)));
      }
      for (let c = whole; c < bytes; c += 4) store<f32>(scratch + c, load<f32>(scratch + c) + load<f32>(x + c));
    }
    for (let c: usize = 0; c < bytes; c += 4) store<f32>(out + c, load<f32>(out + c) + load<f32>(scratch + c));
  }
}
