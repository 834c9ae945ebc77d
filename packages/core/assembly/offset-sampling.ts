// Deformable sampling from offsets and logits: what the layers before it predict, read as it is.
import { expOfNegative } from './simd';

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
  let most = load<f32>(x);
  for (let i = 1; i < n; i++) most = max(most, load<f32>(x + (<usize>i << 2)));
  for (let i = 0; i < n; i++) store<f32>(out + (<usize>i << 2), load<f32>(x + (<usize>i << 2)) - most);
  for (let i = n; (i & 3) != 0; i++) store<f32>(out + (<usize>i << 2), 0);
  for (let i = 0; i < n; i += 4) v128.store(out + (<usize>i << 2), expOfNegative(v128.load(out + (<usize>i << 2))));
  let total: f32 = 0;
  for (let i = 0; i < n; i++) total += load<f32>(out + (<usize>i << 2));
  const factor: f32 = 1 / total;
  for (let i = 0; i < n; i++) store<f32>(out + (<usize>i << 2), load<f32>(out + (<usize>i << 2)) * factor);
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
    for (let p = 0; p < job.P; p++, offsets += 8, weights += 4) {
      const px = centerX + unitX * load<f32>(offsets), py = centerY + unitY * load<f32>(offsets, 4);
      if (!(px > -1 && py > -1 && px < width && py < height)) continue;
      const x0 = floor(px), y0 = floor(py), fx = px - x0, fy = py - y0;
      const x = <i32>x0, y = <i32>y0, a = load<f32>(weights);
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
      s = f32x4.add(s, f32x4.mul(weight, v128.load(pixel)));
      t = f32x4.add(t, f32x4.mul(weight, v128.load(pixel, 16)));
      u = f32x4.add(u, f32x4.mul(weight, v128.load(pixel, 32)));
      v = f32x4.add(v, f32x4.mul(weight, v128.load(pixel, 48)));
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
