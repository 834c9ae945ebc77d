// Deformable sampling from offsets and logits: what the layers before it predict, read as it is.
import { isLost } from './deformable';
import { expOfNegative, sumLanes } from './simd';
import { multiplyAdd } from './sums';

/** As src/kernels/deformable-sampling/offset-wasm.ts writes it; steps of the reference in bytes, 0 along axes of one. */
@unmanaged
class Sampling {
  /** [B, S, M, D], [B, Q, M·L·P·2], [B, Q, M·L·P], [B | 1, Q, L | 1, 2 | 4], [L, 3] of height, width and first token, [B, Q, M·D] */
  value: usize; offsets: usize; logits: usize; reference: usize; levels: usize; out: usize;
  S: i32; Q: i32; M: i32; D: i32; L: i32; P: i32;
  referenceBatch: usize; referenceQuery: usize; referenceLevel: usize; isBox: i32;
  /** Memory of each thread's own, one after the other. */
  scratch: usize; scratchBytes: usize;
}

/**
 * Queries [from, to) of all B·Q. The corners of a head's samples are listed first, so that its sums stay in registers.
 * Scratch of a thread: 4·(⌈L·P/4⌉·4 + 8·L·P) bytes.
 */
export function offsetSampling(p: usize, from: i32, to: i32, thread: i32): void {
  const job = changetype<Sampling>(p);
  const weights = job.scratch + <usize>thread * job.scratchBytes;
  const samples = job.L * job.P, corners = weights + (<usize>((samples + 3) & ~3) << 2);
  const row = <usize>(job.M * job.D) << 2;
  let out = job.out + <usize>from * row;
  for (let query = from; query < to; query++) {
    const image = query / job.Q;
    const value = job.value + <usize>(image * job.S) * row;
    const reference = job.reference + <usize>image * job.referenceBatch + <usize>(query % job.Q) * job.referenceQuery;
    for (let m = 0; m < job.M; m++, out += <usize>job.D << 2) {
      const first = <usize>(query * job.M + m) * <usize>samples;
      soften(job.logits + (first << 2), weights, samples);
      const head = value + (<usize>(m * job.D) << 2);
      const end = listCorners(job, head, job.offsets + (first << 3), reference, weights, corners, row);
      blend(corners, end, out, job.D);
    }
  }
}

/** Softmax of n logits; `out` has room for a multiple of four. */
function soften(x: usize, out: usize, n: i32): void {
  const whole = <usize>(n & ~3) << 2, end = <usize>n << 2, padded = (end + 15) & ~15;
  let high = v128.load32_splat(x);
  for (let i: usize = 0; i < whole; i += 16) high = f32x4.max(high, v128.load(x + i));
  for (let i = whole; i < end; i += 4) {
    high = f32x4.max(high, v128.load32_splat(x + i));
    store<f32>(out + i, load<f32>(x + i));
  }
  for (let i = end; i < padded; i += 4) store<f32>(out + i, -Infinity); // e⁻⁸⁷, which no sum of one or more feels
  high = f32x4.splat(max(
    max(f32x4.extract_lane(high, 0), f32x4.extract_lane(high, 1)), max(f32x4.extract_lane(high, 2), f32x4.extract_lane(high, 3)),
  ));
  let total = f32x4.splat(0);
  for (let i: usize = 0; i < padded; i += 16) {
    const weight = expOfNegative(f32x4.sub(v128.load(i < whole ? x + i : out + i), high));
    v128.store(out + i, weight);
    total = f32x4.add(total, weight);
  }
  const factor = f32x4.splat(1 / sumLanes(total));
  for (let i: usize = 0; i < padded; i += 16) v128.store(out + i, f32x4.mul(factor, v128.load(out + i)));
}

/** Writes address and weight of each pixel that a head's samples touch. @returns Address behind the last */
function listCorners(
  job: Sampling, head: usize, offsets: usize, reference: usize, weights: usize, corners: usize, row: usize,
): usize {
  for (let l = 0; l < job.L; l++, reference += job.referenceLevel) {
    const level = job.levels + <usize>(l * 12);
    const H = load<i32>(level), W = load<i32>(level, 4);
    const map = head + <usize>load<i32>(level, 8) * row;
    const height = <f32>H, width = <f32>W;
    const centerX = load<f32>(reference) * width - 0.5, centerY = load<f32>(reference, 4) * height - 0.5;
    let unitX: f32 = 1, unitY: f32 = 1;
    if (job.isBox) {
      unitX = load<f32>(reference, 8) * width * (0.5 / <f32>job.P);
      unitY = load<f32>(reference, 12) * height * (0.5 / <f32>job.P);
    }
    let p = 0;
    for (; p + 4 <= job.P; p += 4, offsets += 32, weights += 16) {
      const a = v128.load(offsets), b = v128.load(offsets, 16);
      const px = f32x4.add(f32x4.splat(centerX), f32x4.mul(f32x4.splat(unitX), v128.shuffle<f32>(a, b, 0, 2, 4, 6)));
      const py = f32x4.add(f32x4.splat(centerY), f32x4.mul(f32x4.splat(unitY), v128.shuffle<f32>(a, b, 1, 3, 5, 7)));
      if (!areInside(px, py, width, height)) break;
      corners = listFour(corners, map, px, py, v128.load(weights), W, row);
    }
    for (; p < job.P; p++, offsets += 8, weights += 4) {
      const px = centerX + unitX * load<f32>(offsets), py = centerY + unitY * load<f32>(offsets, 4);
      const a = load<f32>(weights);
      if (!(px > -1 && py > -1 && px < width && py < height)) {
        if (isLost(px, py, a)) corners = list(corners, map, f32.NaN);
        continue;
      }
      const x0 = floor(px), y0 = floor(py), fx = px - x0, fy = py - y0;
      const x = <i32>x0, y = <i32>y0;
      const pixel = map + <usize>(y * W + x) * row; // wraps where a corner lies outside, then unused
      const upper = a * (1 - fy), lower = a * fy;
      if (y >= 0) {
        if (x >= 0) corners = list(corners, pixel, upper * (1 - fx));
        if (x + 1 < W) corners = list(corners, pixel + row, upper * fx);
      }
      if (y + 1 < H) {
        const below = pixel + <usize>W * row;
        if (x >= 0) corners = list(corners, below, lower * (1 - fx));
        if (x + 1 < W) corners = list(corners, below + row, lower * fx);
      }
    }
  }
  return corners;
}

/** True if all four corners of four samples lie in the map. */
// @ts-ignore: decorator
@inline
function areInside(px: v128, py: v128, width: f32, height: f32): bool {
  const zero = f32x4.splat(0);
  const x = v128.and(f32x4.ge(px, zero), f32x4.lt(px, f32x4.splat(width - 1)));
  return i32x4.all_true(v128.and(x, v128.and(f32x4.ge(py, zero), f32x4.lt(py, f32x4.splat(height - 1)))));
}

/** All corners of four samples, the upper left ones first. */
// @ts-ignore: decorator
@inline
function listFour(corners: usize, map: usize, px: v128, py: v128, weights: v128, W: i32, row: usize): usize {
  const x0 = f32x4.floor(px), y0 = f32x4.floor(py), right = f32x4.sub(px, x0), down = f32x4.sub(py, y0);
  const one = f32x4.splat(1), left = f32x4.sub(one, right);
  const upper = f32x4.mul(weights, f32x4.sub(one, down)), lower = f32x4.mul(weights, down);
  const index = i32x4.add(i32x4.mul(i32x4.trunc_sat_f32x4_s(y0), i32x4.splat(W)), i32x4.trunc_sat_f32x4_s(x0));
  const pixel = i32x4.add(i32x4.splat(<i32>map), i32x4.mul(index, i32x4.splat(<i32>row)));
  const below = i32x4.add(pixel, i32x4.splat(W * <i32>row)), next = i32x4.splat(<i32>row);
  storePairs(corners, pixel, f32x4.mul(upper, left));
  storePairs(corners + 32, i32x4.add(pixel, next), f32x4.mul(upper, right));
  storePairs(corners + 64, below, f32x4.mul(lower, left));
  storePairs(corners + 96, i32x4.add(below, next), f32x4.mul(lower, right));
  return corners + 128;
}

// @ts-ignore: decorator
@inline
function storePairs(corners: usize, pixels: v128, weights: v128): void {
  v128.store(corners, v128.shuffle<i32>(pixels, weights, 0, 4, 1, 5));
  v128.store(corners, v128.shuffle<i32>(pixels, weights, 2, 6, 3, 7), 16);
}

// @ts-ignore: decorator
@inline
function list(corners: usize, pixel: usize, weight: f32): usize {
  store<u32>(corners, <u32>pixel);
  store<f32>(corners, weight, 4);
  return corners + 8;
}

/** out [D] = Σ weight · pixel */
function blend(corners: usize, end: usize, out: usize, D: i32): void {
  const bytes = <usize>D << 2, wide = bytes & ~63, whole = bytes & ~15;
  for (let c: usize = 0; c < wide; c += 64) {
    let s = f32x4.splat(0), t = s, u = s, v = s;
    for (let at = corners; at < end; at += 8) {
      const pixel = <usize>load<u32>(at) + c, weight = v128.load32_splat(at, 4);
      s = multiplyAdd(weight, v128.load(pixel), s);
      t = multiplyAdd(weight, v128.load(pixel, 16), t);
      u = multiplyAdd(weight, v128.load(pixel, 32), u);
      v = multiplyAdd(weight, v128.load(pixel, 48), v);
    }
    v128.store(out + c, s);
    v128.store(out + c, t, 16);
    v128.store(out + c, u, 32);
    v128.store(out + c, v, 48);
  }
  for (let c = wide; c < whole; c += 16) {
    let s = f32x4.splat(0);
    for (let at = corners; at < end; at += 8) {
      s = f32x4.add(s, f32x4.mul(v128.load32_splat(at, 4), v128.load(<usize>load<u32>(at) + c)));
    }
    v128.store(out + c, s);
  }
  for (let c = whole; c < bytes; c += 4) {
    let s: f32 = 0;
    for (let at = corners; at < end; at += 8) s += load<f32>(at, 4) * load<f32>(<usize>load<u32>(at) + c);
    store<f32>(out + c, s);
  }
}
