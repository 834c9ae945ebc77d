// Many products of small matrices: each thread packs and multiplies whole ones.
import { pack, turn } from './pack';
import { multiplyTiles, ROWS } from './tile';

/** As src/kernels/wasm/products.ts writes it: out [batches, M, N], addresses of a and b of each batch in `operands`. */
@unmanaged
class Batches {
  operands: usize; M: i32; K: i32; N: i32; transposeA: i32; transposeB: i32; bias: usize; flags: i32; out: usize;
  /** Memory of each thread's own, one after the other. */
  scratch: usize; scratchBytes: usize;
}

/** Rows at a time, as many as in `convolve`. */
const ROW_BLOCK = 192;

/** Batches [from, to). Scratch of a thread: 4·(⌈N/8⌉·8·K + 2·ROW_BLOCK + ROW_BLOCK·(K + 4)) bytes. */
export function multiplyBatches(p: usize, from: i32, to: i32, thread: i32): void {
  const job = changetype<Batches>(p);
  const M = job.M, K = job.K, N = job.N, panelCount = (N + 7) >> 3, line = <usize>N << 2;
  const panels = job.scratch + <usize>thread * job.scratchBytes, outs = panels + (<usize>(panelCount * K) << 5);
  const rows = outs + (ROW_BLOCK << 2), turned = rows + (ROW_BLOCK << 2);
  const depth = (K + 3) & ~3;
  for (let batch = from; batch < to; batch++) {
    const a = <usize>load<u32>(job.operands + (<usize>batch << 3)), b = <usize>load<u32>(job.operands + (<usize>batch << 3), 4);
    const out = job.out + <usize>batch * <usize>M * line;
    pack(b, panels, K, N, job.transposeB ? 4 : line, job.transposeB ? <usize>K << 2 : 4, <usize>K << 5, 0, 0, panelCount);
    for (let first = 0; first < M; first += ROW_BLOCK) {
      const count = min(ROW_BLOCK, M - first), tiles = (count + ROWS - 1) / ROWS;
      if (job.transposeA) turnColumns(a + (<usize>first << 2), turned, <usize>M << 2, K, count, depth);
      for (let r = 0; r < tiles * ROWS; r++) {
        const row = min(r, count - 1);
        const source = job.transposeA ? turned + (<usize>(row * depth) << 2) : a + (<usize>((first + row) * K) << 2);
        store<u32>(rows + (<usize>r << 2), <u32>source);
        store<u32>(outs + (<usize>r << 2), <u32>(out + <usize>(first + row) * line));
      }
      multiplyTiles(rows, outs, tiles, 1, K, panels, <usize>K << 5, 0, panelCount, N, job.bias, 0, job.flags);
    }
  }
}

/** `count` columns of a [K, ...], rows `line` bytes apart, as rows of `depth` values. */
function turnColumns(a: usize, out: usize, line: usize, K: i32, count: i32, depth: i32): void {
  const wide = <usize>depth << 2;
  for (let k = 0; k < K; k += 4, out += 16) {
    const b = a + <usize>k * line, c = k + 1 < K ? b + line : b, d = k + 2 < K ? c + line : b, e = k + 3 < K ? d + line : b;
    let i: usize = 0, n = count, o = out;
    for (; n >= 4; n -= 4, i += 16, o += 4 * wide) {
      turn(v128.load(b + i), v128.load(c + i), v128.load(d + i), v128.load(e + i), o, wide);
    }
    for (; n > 0; n--, i += 4, o += wide) {
      store<f32>(o, load<f32>(b + i));
      store<f32>(o, load<f32>(c + i), 4);
      store<f32>(o, load<f32>(d + i), 8);
      store<f32>(o, load<f32>(e + i), 12);
    }
  }
}
