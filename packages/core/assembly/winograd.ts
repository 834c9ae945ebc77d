// Winograd's convolution F(2×2, 3×3) (Lavin & Gray 2016, §4.1): Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A for tiles of 2×2
// results from 4×4 pixels. The element-wise products over channels are 16 matrix products.
// Channel counts are multiples of four.

// The same tiles give the gradient of a filter, F(3×3, 2×2): dW = A'ᵀ [ Σ over tiles (Bᵀ d B) ⊙ (G' dy G'ᵀ) ] A'.
import { multiplyTiles, ROWS } from './tile';

/** out [16, C, K] = G g Gᵀ from filter [3, 3, C, K]. */
export function winogradFilter(filter: usize, out: usize, C: i32, K: i32): void {
  const plane = <usize>(C * K) << 2;
  const half = f32x4.splat(0.5);
  for (let at: usize = 0; at < plane; at += 16) {
    const g = filter + at;
    for (let column = 0; column < 3; column++) {
      // columns of G g, kept in the first twelve planes: row i of column j in plane 3·i + j
      const a = v128.load(g + <usize>column * plane);
      const b = v128.load(g + <usize>(3 + column) * plane);
      const c = v128.load(g + <usize>(6 + column) * plane);
      const outer = f32x4.mul(f32x4.add(a, c), half), inner = f32x4.mul(b, half);
      const target = out + at + <usize>column * plane;
      v128.store(target, a);
      v128.store(target + 3 * plane, f32x4.add(outer, inner));
      v128.store(target + 6 * plane, f32x4.sub(outer, inner));
      v128.store(target + 9 * plane, c);
    }
    // rows of (G g) Gᵀ, from the last so that nothing is overwritten before it is read
    for (let row = 3; row >= 0; row--) {
      const source = out + at + <usize>(3 * row) * plane;
      const a = v128.load(source), b = v128.load(source + plane), c = v128.load(source + 2 * plane);
      const outer = f32x4.mul(f32x4.add(a, c), half), inner = f32x4.mul(b, half);
      const target = out + at + <usize>(4 * row) * plane;
      v128.store(target + 3 * plane, c);
      v128.store(target + 2 * plane, f32x4.sub(outer, inner));
      v128.store(target + plane, f32x4.add(outer, inner));
      v128.store(target, a);
    }
  }
}

/**
 * Bᵀ d B for the tiles of rows [from, to), each row holding tilesX of them, into part of [16, planeTiles, C] that
 * begins with the tiles of row `firstRow`.
 */
export function winogradInput(
  x: usize, out: usize, H: i32, W: i32, C: i32, tilesX: i32, firstRow: i32, planeTiles: i32, padY: i32, padX: i32,
  from: i32, to: i32,
): void {
  const bytes = <usize>C << 2;
  const plane = <usize>planeTiles * bytes;
  out += <usize>((from - firstRow) * tilesX) * bytes;
  for (let tileRow = from; tileRow < to; tileRow++) {
    for (let tile = 0; tile < tilesX; tile++, out += bytes) {
      inputTile(x, out, H, W, bytes, plane, 2 * tileRow - padY, 2 * tile - padX);
    }
  }
}

/** Bᵀ d B of the tile whose first pixel is (top, left) of x [H, W, C], into sixteen planes; zeros outside. */
function inputTile(
  x: usize, out: usize, H: i32, W: i32, bytes: usize, plane: usize, top: i32, left: i32,
): void {
  const isInside = top >= 0 && left >= 0 && top + 4 <= H && left + 4 <= W;
  for (let c: usize = 0; c < bytes; c += 16) {
    if (isInside) {
      const source = x + <usize>(top * W + left) * bytes + c;
      const line = <usize>W * bytes;
      transformTile(
        out + c, plane,
        v128.load(source), v128.load(source + bytes), v128.load(source + 2 * bytes), v128.load(source + 3 * bytes),
        v128.load(source + line), v128.load(source + line + bytes),
        v128.load(source + line + 2 * bytes), v128.load(source + line + 3 * bytes),
        v128.load(source + 2 * line), v128.load(source + 2 * line + bytes),
        v128.load(source + 2 * line + 2 * bytes), v128.load(source + 2 * line + 3 * bytes),
        v128.load(source + 3 * line), v128.load(source + 3 * line + bytes),
        v128.load(source + 3 * line + 2 * bytes), v128.load(source + 3 * line + 3 * bytes),
      );
    } else {
      transformTile(
        out + c, plane,
        pixel(x, H, W, bytes, top, left, c), pixel(x, H, W, bytes, top, left + 1, c),
        pixel(x, H, W, bytes, top, left + 2, c), pixel(x, H, W, bytes, top, left + 3, c),
        pixel(x, H, W, bytes, top + 1, left, c), pixel(x, H, W, bytes, top + 1, left + 1, c),
        pixel(x, H, W, bytes, top + 1, left + 2, c), pixel(x, H, W, bytes, top + 1, left + 3, c),
        pixel(x, H, W, bytes, top + 2, left, c), pixel(x, H, W, bytes, top + 2, left + 1, c),
        pixel(x, H, W, bytes, top + 2, left + 2, c), pixel(x, H, W, bytes, top + 2, left + 3, c),
        pixel(x, H, W, bytes, top + 3, left, c), pixel(x, H, W, bytes, top + 3, left + 1, c),
        pixel(x, H, W, bytes, top + 3, left + 2, c), pixel(x, H, W, bytes, top + 3, left + 3, c),
      );
    }
  }
}

// @ts-ignore: decorator
@inline
function pixel(x: usize, H: i32, W: i32, bytes: usize, row: i32, column: i32, c: usize): v128 {
  if (row < 0 || row >= H || column < 0 || column >= W) return f32x4.splat(0);
  return v128.load(x + <usize>(row * W + column) * bytes + c);
}

/** Stores Bᵀ d B of one tile, d given row by row, into sixteen planes. */
// @ts-ignore: decorator
@inline
function transformTile(
  out: usize, plane: usize,
  a0: v128, a1: v128, a2: v128, a3: v128, b0: v128, b1: v128, b2: v128, b3: v128,
  c0: v128, c1: v128, c2: v128, c3: v128, d0: v128, d1: v128, d2: v128, d3: v128,
): void {
  storeRow(out, plane, f32x4.sub(a0, c0), f32x4.sub(a1, c1), f32x4.sub(a2, c2), f32x4.sub(a3, c3));
  storeRow(out + 4 * plane, plane, f32x4.add(b0, c0), f32x4.add(b1, c1), f32x4.add(b2, c2), f32x4.add(b3, c3));
  storeRow(out + 8 * plane, plane, f32x4.sub(c0, b0), f32x4.sub(c1, b1), f32x4.sub(c2, b2), f32x4.sub(c3, b3));
  storeRow(out + 12 * plane, plane, f32x4.sub(b0, d0), f32x4.sub(b1, d1), f32x4.sub(b2, d2), f32x4.sub(b3, d3));
}

// @ts-ignore: decorator
@inline
function storeRow(out: usize, plane: usize, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(out, f32x4.sub(a, c));
  v128.store(out + plane, f32x4.add(b, c));
  v128.store(out + 2 * plane, f32x4.sub(c, b));
  v128.store(out + 3 * plane, f32x4.sub(b, d));
}

/** As src/kernels/conv2d/winograd.ts writes it. Panels [16, ⌈N/8⌉, C, 8]; T tiles at a time, `tiles` in all images. */
@unmanaged
class Blocks {
  x: usize; H: i32; W: i32; C: i32; padY: i32; padX: i32;
  panels: usize; bias: usize; added: usize; relu: i32; out: usize; outH: i32; outW: i32; N: i32;
  tilesX: i32; tilesY: i32; tiles: i32; T: i32;
  /** Memory of each thread's own, one after the other. */
  scratch: usize; scratchBytes: usize;
}

/**
 * Blocks [from, to) of T tiles: transforms and products one after the other, so that the sixteen planes stay in the second cache.
 * Scratch of a thread: 4·(16·T·(C + N) + 2·(T + ROWS)) bytes.
 */
export function winograd(p: usize, from: i32, to: i32, thread: i32): void {
  const job = changetype<Blocks>(p);
  const C = job.C, N = job.N, T = job.T, panelCount = (N + 7) >> 3;
  const inputs = job.scratch + <usize>thread * job.scratchBytes, products = inputs + (<usize>(16 * T * C) << 2);
  const rows = products + (<usize>(16 * T * N) << 2), outs = rows + (<usize>(T + ROWS) << 2);
  const inBytes = <usize>C << 2, outBytes = <usize>N << 2;
  for (let block = from; block < to; block++) {
    const first = block * T, count = min(T, job.tiles - first);
    for (let t = 0; t < count; t++) {
      const image = (first + t) / (job.tilesX * job.tilesY), tile = (first + t) % (job.tilesX * job.tilesY);
      const x = job.x + <usize>(image * job.H * job.W) * inBytes;
      const top = 2 * (tile / job.tilesX) - job.padY, left = 2 * (tile % job.tilesX) - job.padX;
      inputTile(x, inputs + <usize>t * inBytes, job.H, job.W, inBytes, <usize>count * inBytes, top, left);
    }
    for (let plane = 0; plane < 16; plane++) {
      const a = inputs + <usize>(plane * count) * inBytes, o = products + <usize>(plane * count) * outBytes;
      const tiles = (count + ROWS - 1) / ROWS;
      for (let r = 0; r < tiles * ROWS; r++) {
        const row = min(r, count - 1);
        store<u32>(rows + (<usize>r << 2), <u32>(a + <usize>row * inBytes));
        store<u32>(outs + (<usize>r << 2), <u32>(o + <usize>row * outBytes));
      }
      const panels = job.panels + (<usize>(plane * panelCount * C) << 5);
      multiplyTiles(rows, outs, tiles, 1, C, panels, <usize>C << 5, 0, panelCount, N, 0, 0, 0);
    }
    for (let t = 0; t < count; t++) outputTile(job, first + t, products + <usize>t * outBytes, <usize>count * outBytes);
  }
}

/** Writes act(Aᵀ m A + bias + added) of one tile. */
function outputTile(job: Blocks, index: i32, products: usize, plane: usize): void {
  const image = index / (job.tilesX * job.tilesY), tile = index % (job.tilesX * job.tilesY);
  const row = 2 * (tile / job.tilesX), column = 2 * (tile % job.tilesX);
  const hasLower = row + 1 < job.outH, hasRight = column + 1 < job.outW;
  const bytes = <usize>job.N << 2, line = <usize>job.outW * bytes;
  const target = job.out + <usize>((image * job.outH + row) * job.outW + column) * bytes;
  const floor = f32x4.splat(job.relu ? 0 : -Infinity);
  const added = job.added ? target - job.out + job.added : 0;
  for (let c: usize = 0; c < bytes; c += 16) {
    const shift = job.bias ? v128.load(job.bias + c) : f32x4.splat(0);
    let upperLeft = shift, upperRight = shift, lowerLeft = shift, lowerRight = shift;
    if (added) {
      upperLeft = f32x4.add(shift, v128.load(added + c));
      if (hasRight) upperRight = f32x4.add(shift, v128.load(added + bytes + c));
      if (hasLower) {
        lowerLeft = f32x4.add(shift, v128.load(added + line + c));
        if (hasRight) lowerRight = f32x4.add(shift, v128.load(added + line + bytes + c));
      }
    }
    for (let j: usize = 0; j < 4; j++) {
      const m = products + c + j * plane;
      const a = v128.load(m), b = v128.load(m + 4 * plane), d = v128.load(m + 8 * plane), e = v128.load(m + 12 * plane);
      const upper = f32x4.add(f32x4.add(a, b), d);
      const lower = f32x4.sub(f32x4.sub(b, d), e);
      if (j < 3) {
        upperLeft = f32x4.add(upperLeft, upper);
        lowerLeft = f32x4.add(lowerLeft, lower);
      }
      if (j == 1) {
        upperRight = f32x4.add(upperRight, upper);
        lowerRight = f32x4.add(lowerRight, lower);
      } else if (j > 1) {
        upperRight = f32x4.sub(upperRight, upper);
        lowerRight = f32x4.sub(lowerRight, lower);
      }
    }
    v128.store(target + c, f32x4.pmax(upperLeft, floor));
    if (hasRight) v128.store(target + bytes + c, f32x4.pmax(upperRight, floor));
    if (hasLower) {
      v128.store(target + line + c, f32x4.pmax(lowerLeft, floor));
      if (hasRight) v128.store(target + line + bytes + c, f32x4.pmax(lowerRight, floor));
    }
  }
}

/** G' dy G'ᵀ for tiles of 2×2 gradients of rows [from, to), into part of [16, planeTiles, K]. */
export function winogradUpstream(
  dy: usize, out: usize, h: i32, w: i32, K: i32, tilesX: i32, firstRow: i32, planeTiles: i32, from: i32, to: i32,
): void {
  const bytes = <usize>K << 2;
  const plane = <usize>planeTiles * bytes;
  out += <usize>((from - firstRow) * tilesX) * bytes;
  const half = f32x4.splat(0.5);
  for (let tileRow = from; tileRow < to; tileRow++) {
    for (let tile = 0; tile < tilesX; tile++, out += bytes) {
      for (let c: usize = 0; c < bytes; c += 16) {
        const a = pixel(dy, h, w, bytes, 2 * tileRow, 2 * tile, c);
        const b = pixel(dy, h, w, bytes, 2 * tileRow, 2 * tile + 1, c);
        const d = pixel(dy, h, w, bytes, 2 * tileRow + 1, 2 * tile, c);
        const e = pixel(dy, h, w, bytes, 2 * tileRow + 1, 2 * tile + 1, c);
        const target = out + c;
        storeUpstreamRow(target, plane, a, b);
        storeUpstreamRow(target + 4 * plane, plane, f32x4.mul(f32x4.add(a, d), half), f32x4.mul(f32x4.add(b, e), half));
        storeUpstreamRow(target + 8 * plane, plane, f32x4.mul(f32x4.sub(a, d), half), f32x4.mul(f32x4.sub(b, e), half));
        storeUpstreamRow(target + 12 * plane, plane, d, e);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function storeUpstreamRow(out: usize, plane: usize, a: v128, b: v128): void {
  const half = f32x4.splat(0.5);
  v128.store(out, a);
  v128.store(out + plane, f32x4.mul(f32x4.add(a, b), half));
  v128.store(out + 2 * plane, f32x4.mul(f32x4.sub(a, b), half));
  v128.store(out + 3 * plane, b);
}

/** Adds A'ᵀ m A' of products [16, C, K] to the filter's gradient [3, 3, C, K]. */
export function winogradFilterGradient(products: usize, out: usize, C: i32, K: i32): void {
  const plane = <usize>(C * K) << 2;
  for (let at: usize = 0; at < plane; at += 16) {
    const m = products + at;
    for (let row: usize = 0; row < 3; row++) {
      const first = combined(m, 4 * plane, row);
      const second = combined(m + plane, 4 * plane, row);
      const third = combined(m + 2 * plane, 4 * plane, row);
      const fourth = combined(m + 3 * plane, 4 * plane, row);
      const target = out + at + 3 * row * plane;
      const inner = f32x4.add(second, third);
      v128.store(target, f32x4.add(v128.load(target), f32x4.add(first, inner)));
      v128.store(target + plane, f32x4.add(v128.load(target + plane), f32x4.sub(second, third)));
      v128.store(target + 2 * plane, f32x4.add(v128.load(target + 2 * plane), f32x4.sub(inner, fourth)));
    }
  }
}

/** Row `row` of A'ᵀ applied down one column of m. */
// @ts-ignore: decorator
@inline
function combined(m: usize, step: usize, row: usize): v128 {
  const second = v128.load(m + step), third = v128.load(m + 2 * step);
  if (row == 1) return f32x4.sub(second, third);
  const inner = f32x4.add(second, third);
  if (row == 0) return f32x4.add(v128.load(m), inner);
  return f32x4.sub(inner, v128.load(m + 3 * step));
}
