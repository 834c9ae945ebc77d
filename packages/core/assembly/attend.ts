// Attention in blocks of keys with a running maximum (Milakov & Gimelshein 2018; Dao et al. 2022, alg. 1): nothing of queries × keys
// is kept.
import { pack } from './pack';
import { ADD, multiplyAdd } from './sums';
import { multiplyTiles, ROWS } from './tile';

/** Keys and queries worked on at a time, 108 kB of logits. Queries are a multiple of both heights of a tile. */
const KEYS = 256, QUERIES = 108;

/** As src/kernels/attention/wasm.ts writes it. q, k, v, out are [batch, rows, heads, d]; steps of the bias in bytes, 0 along axes of one. */
@unmanaged
class Attention {
  q: usize; k: usize; v: usize; bias: usize; out: usize;
  queries: i32; keys: i32; heads: i32; d: i32;
  biasBatch: usize; biasHead: usize; biasRow: usize;
  scale: f32;
  /** Memory of each thread's own, one after the other. */
  scratch: usize; scratchBytes: usize;
}

/**
 * softmax(scale · Q Kᵀ + bias) V of heads [from, to) of batch · heads; d a multiple of four.
 * Scratch of a thread: 4·(QUERIES·(KEYS + 2·d + 6) + KEYS·(d + 4)) bytes.
 */
export function attend(p: usize, from: i32, to: i32, thread: i32): void {
  const job = changetype<Attention>(p);
  const L = job.keys, d = job.d, wide = <usize>d << 2, line = <usize>job.heads * wide;
  const logits = job.scratch + <usize>thread * job.scratchBytes;
  const query = logits + 4 * QUERIES * KEYS, sums = query + QUERIES * wide, state = sums + QUERIES * wide;
  const rows = state + 8 * QUERIES, logitRows = rows + 4 * QUERIES, sumRows = logitRows + 4 * QUERIES, panels = sumRows + 4 * QUERIES;
  for (let unit = from; unit < to; unit++) {
    const batch = unit / job.heads, head = unit % job.heads;
    const keys = <usize>(batch * L) * line + <usize>head * wide;
    const bias = job.bias ? job.bias + <usize>batch * job.biasBatch + <usize>head * job.biasHead : 0;
    for (let first = 0; first < job.queries; first += QUERIES) {
      const count = min(QUERIES, job.queries - first), tiles = (count + ROWS - 1) / ROWS;
      const offset = <usize>(batch * job.queries + first) * line + <usize>head * wide;
      begin(job.q + offset, query, sums, state, count, wide, line, job.scale);
      for (let r = 0; r < tiles * ROWS; r++) {
        store<u32>(rows + (<usize>r << 2), <u32>(query + <usize>min(r, count - 1) * wide));
        store<u32>(logitRows + (<usize>r << 2), <u32>(logits + <usize>(r * KEYS * 4)));
        store<u32>(sumRows + (<usize>r << 2), <u32>(sums + <usize>r * wide));
      }
      for (let start = 0; start < L; start += KEYS) {
        const n = min(KEYS, L - start), keyPanels = (n + 7) >> 3, at = keys + <usize>start * line;
        pack(job.k + at, panels, d, n, 4, line, <usize>d << 5, 0, 0, keyPanels);
        multiplyTiles(rows, logitRows, tiles, 1, d, panels, <usize>d << 5, 0, keyPanels, n, 0, 0, 0);
        for (let r = 0; r < count; r++) {
          const added = bias ? bias + <usize>(first + r) * job.biasRow + (<usize>start << 2) : 0;
          soften(logits + <usize>(r * KEYS * 4), added, n, state + (<usize>r << 3), sums + <usize>r * wide, wide);
        }
        pack(job.v + at, panels, n, d, line, 4, <usize>n << 5, 0, 0, (d + 7) >> 3);
        multiplyTiles(logitRows, sumRows, tiles, 1, n, panels, <usize>n << 5, 0, (d + 7) >> 3, d, 0, 0, ADD);
      }
      finish(sums, state, job.out + offset, count, wide, line);
    }
  }
}

/** Scaled queries, sums of zero, and of each row the maximum and the sum of weights so far. */
function begin(
  q: usize, query: usize, sums: usize, state: usize, count: i32, wide: usize, line: usize, scale: f32,
): void {
  const factor = f32x4.splat(scale);
  memory.fill(sums, 0, QUERIES * wide);
  for (let r = 0; r < count; r++, q += line, query += wide, state += 8) {
    for (let c: usize = 0; c < wide; c += 16) v128.store(query + c, f32x4.mul(factor, v128.load(q + c)));
    store<f32>(state, -f32.MAX_VALUE);
    store<f32>(state, 0, 4);
  }
}

/** out = sums / sum of weights */
function finish(sums: usize, state: usize, out: usize, count: i32, wide: usize, line: usize): void {
  for (let r = 0; r < count; r++, sums += wide, out += line, state += 8) {
    const factor = f32x4.splat(1 / load<f32>(state, 4));
    for (let c: usize = 0; c < wide; c += 16) v128.store(out + c, f32x4.mul(factor, v128.load(sums + c)));
  }
}

/** exp(x + bias − running maximum) in place, and what was summed before on the scale of the new maximum. */
function soften(x: usize, bias: usize, n: i32, state: usize, sums: usize, wide: usize): void {
  const whole = <usize>(n & ~3) << 2, end = <usize>n << 2, padded = (end + 15) & ~15;
  if (bias) {
    for (let i: usize = 0; i < whole; i += 16) v128.store(x + i, f32x4.add(v128.load(x + i), v128.load(bias + i)));
    for (let i = whole; i < end; i += 4) store<f32>(x + i, load<f32>(x + i) + load<f32>(bias + i));
  }
  for (let i = end; i < padded; i += 4) store<f32>(x + i, -Infinity); // weighs nothing
  let high = f32x4.splat(-f32.MAX_VALUE);
  for (let i: usize = 0; i < padded; i += 16) high = f32x4.pmax(high, v128.load(x + i)); // passes over NaN, which exp hands on
  const before = load<f32>(state);
  const top = max(
    max(before, max(f32x4.extract_lane(high, 0), f32x4.extract_lane(high, 1))),
    max(f32x4.extract_lane(high, 2), f32x4.extract_lane(high, 3)),
  );
  const shift = f32x4.splat(top);
  let total = f32x4.splat(0), other = total;
  let i: usize = 0;
  for (; i + 32 <= padded; i += 32) {
    const a = expOrZero(f32x4.sub(v128.load(x + i), shift)), b = expOrZero(f32x4.sub(v128.load(x + i, 16), shift));
    v128.store(x + i, a);
    v128.store(x + i, b, 16);
    total = f32x4.add(total, a);
    other = f32x4.add(other, b);
  }
  if (i < padded) {
    const a = expOrZero(f32x4.sub(v128.load(x + i), shift));
    v128.store(x + i, a);
    total = f32x4.add(total, a);
  }
  total = f32x4.add(total, other);
  let sum = f32x4.extract_lane(total, 0) + f32x4.extract_lane(total, 1) + (f32x4.extract_lane(total, 2) + f32x4.extract_lane(total, 3));
  if (top > before) {
    const factor = expOrZero(f32x4.splat(before - top));
    for (let c: usize = 0; c < wide; c += 16) v128.store(sums + c, f32x4.mul(factor, v128.load(sums + c)));
    sum += load<f32>(state, 4) * f32x4.extract_lane(factor, 0);
  } else {
    sum += load<f32>(state, 4);
  }
  store<f32>(state, top);
  store<f32>(state, sum, 4);
}

/** exp(x) for x ≤ 0, zero from −87 on: a blocked key must weigh nothing. NaN stays NaN. Cephes' reduction and polynomial. */
// @ts-ignore: decorator
@inline
export function expOrZero(given: v128): v128 {
  const x = f32x4.pmax(given, f32x4.splat(-87));
  // adding 1.5·2²³ rounds to an integer and leaves it in the low bits: trunc_sat is eight instructions on x86
  const shifted = multiplyAdd(x, f32x4.splat(1.4426950408889634), f32x4.splat(12582912));
  const n = f32x4.sub(shifted, f32x4.splat(12582912));
  let r = multiplyAdd(n, f32x4.splat(-0.693359375), x);
  r = multiplyAdd(n, f32x4.splat(2.12194440e-4), r);
  let p = multiplyAdd(f32x4.splat(1.3888889e-3), r, f32x4.splat(8.3333333e-3));
  p = multiplyAdd(p, r, f32x4.splat(4.1666667e-2));
  p = multiplyAdd(p, r, f32x4.splat(1.6666667e-1));
  p = multiplyAdd(p, r, f32x4.splat(0.5));
  p = multiplyAdd(p, r, f32x4.splat(1));
  p = multiplyAdd(p, r, f32x4.splat(1));
  const power = i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(0x3f800000));
  return v128.andnot(f32x4.mul(p, power), f32x4.le(given, f32x4.splat(-87)));
}
