// Layer and group normalization. Rows of n elements, n a multiple of four.
import { sumLanes } from './simd';

/** out = gain · (x − mean) / √(var + ε) + bias for each of the rows [from, to). */
export function layerNorm(
  x: usize, gain: usize, bias: usize, out: usize, n: i32, epsilon: f32, from: i32, to: i32,
): void {
  const bytes = <usize>n << 2;
  x += <usize>from * bytes;
  out += <usize>from * bytes;
  for (let row = from; row < to; row++, x += bytes, out += bytes) {
    const mean = f32x4.splat(rowSum(x, bytes) / <f32>n);
    const inverse = f32x4.splat(1 / sqrt<f32>(rowSquares(x, mean, bytes) / <f32>n + epsilon));
    for (let i: usize = 0; i < bytes; i += 16) {
      const normalized = f32x4.mul(f32x4.sub(v128.load(x + i), mean), inverse);
      v128.store(out + i, f32x4.add(f32x4.mul(normalized, v128.load(gain + i)), v128.load(bias + i)));
    }
  }
}

/** Layer norm of x + y for each of the rows [from, to); the sums stand in `out` until they are normalized. */
export function sumNorm(
  x: usize, y: usize, gain: usize, bias: usize, out: usize, n: i32, epsilon: f32, from: i32, to: i32,
): void {
  const bytes = <usize>n << 2;
  for (let row = from; row < to; row++) {
    const at = <usize>row * bytes;
    for (let i = at; i < at + bytes; i += 16) v128.store(out + i, f32x4.add(v128.load(x + i), v128.load(y + i)));
    layerNorm(out, gain, bias, out, n, epsilon, row, row + 1);
  }
}

/** dx = (g − mean(g) − n · mean(g · n)) / σ, g = dy · gain; adds into dGain and dBias, which the caller clears. */
export function layerNormGradient(
  dy: usize, x: usize, gain: usize, dx: usize, dGain: usize, dBias: usize, rows: i32, n: i32, epsilon: f32,
): void {
  const bytes = <usize>n << 2;
  for (let row = 0; row < rows; row++, x += bytes, dy += bytes, dx += bytes) {
    const mean = f32x4.splat(rowSum(x, bytes) / <f32>n);
    const inverse = f32x4.splat(1 / sqrt<f32>(rowSquares(x, mean, bytes) / <f32>n + epsilon));
    let sums = f32x4.splat(0), along = f32x4.splat(0);
    for (let i: usize = 0; i < bytes; i += 16) {
      const upstream = v128.load(dy + i);
      const normalized = f32x4.mul(f32x4.sub(v128.load(x + i), mean), inverse);
      const weighted = f32x4.mul(upstream, normalized);
      v128.store(dBias + i, f32x4.add(v128.load(dBias + i), upstream));
      v128.store(dGain + i, f32x4.add(v128.load(dGain + i), weighted));
      const scale = v128.load(gain + i);
      sums = f32x4.add(sums, f32x4.mul(upstream, scale));
      along = f32x4.add(along, f32x4.mul(weighted, scale));
    }
    const meanG = f32x4.splat(sumLanes(sums) / <f32>n);
    const meanAlong = f32x4.splat(sumLanes(along) / <f32>n);
    for (let i: usize = 0; i < bytes; i += 16) {
      const normalized = f32x4.mul(f32x4.sub(v128.load(x + i), mean), inverse);
      const g = f32x4.mul(v128.load(dy + i), v128.load(gain + i));
      const rest = f32x4.sub(f32x4.sub(g, meanG), f32x4.mul(normalized, meanAlong));
      v128.store(dx + i, f32x4.mul(rest, inverse));
    }
  }
}

// @ts-ignore: decorator
@inline
function rowSum(x: usize, bytes: usize): f32 {
  let sums = f32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) sums = f32x4.add(sums, v128.load(x + i));
  return sumLanes(sums);
}

// @ts-ignore: decorator
@inline
function rowSquares(x: usize, mean: v128, bytes: usize): f32 {
  let sums = f32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) {
    const centered = f32x4.sub(v128.load(x + i), mean);
    sums = f32x4.add(sums, f32x4.mul(centered, centered));
  }
  return sumLanes(sums);
}

/**
 * Group normalization of x [B, pixels, C], C a multiple of four, in place of two passes over groups: sums for each
 * channel over blocks of pixels, joined in double precision, then one scale and shift for each channel.
 * `scratch` holds 4·C floats.
 */
export function groupNorm(
  x: usize, gain: usize, bias: usize, out: usize, scratch: usize,
  B: i32, pixels: i32, C: i32, groups: i32, epsilon: f32,
): void {
  const bytes = <usize>C << 2;
  for (let b = 0; b < B; b++) {
    const image = x + <usize>b * <usize>pixels * bytes;
    channelStatistics(image, scratch, pixels, C, groups, epsilon);
    const mean = scratch, inverse = scratch + bytes;
    for (let c: usize = 0; c < bytes; c += 16) {
      // gain · (x − mean) / σ + bias = x · scale + shift
      const scale = f32x4.mul(v128.load(gain + c), v128.load(inverse + c));
      v128.store(inverse + c, scale);
      v128.store(mean + c, f32x4.sub(v128.load(bias + c), f32x4.mul(v128.load(mean + c), scale)));
    }
    let from = image, to = out + <usize>b * <usize>pixels * bytes;
    for (let i = 0; i < pixels; i++, from += bytes, to += bytes) {
      for (let c: usize = 0; c < bytes; c += 16) {
        v128.store(to + c, f32x4.add(f32x4.mul(v128.load(from + c), v128.load(inverse + c)), v128.load(mean + c)));
      }
    }
  }
}

/** The gradient of {@link groupNorm}; adds into dGain and dBias. `scratch` holds 4·C floats. */
export function groupNormGradient(
  dy: usize, x: usize, gain: usize, dx: usize, dGain: usize, dBias: usize, scratch: usize,
  B: i32, pixels: i32, C: i32, groups: i32, epsilon: f32,
): void {
  const bytes = <usize>C << 2;
  const width = C / groups;
  const count = <f64>(pixels * width);
  for (let b = 0; b < B; b++) {
    const offset = <usize>b * <usize>pixels * bytes;
    channelStatistics(x + offset, scratch, pixels, C, groups, epsilon);
    const mean = scratch, inverse = scratch + bytes;
    const sumDy = scratch + 2 * bytes, sumAlong = scratch + 3 * bytes;
    memory.fill(sumDy, 0, 2 * bytes);
    let up = dy + offset, from = x + offset;
    for (let i = 0; i < pixels; i++, from += bytes, up += bytes) {
      for (let c: usize = 0; c < bytes; c += 16) {
        const upstream = v128.load(up + c);
        const normalized = f32x4.mul(f32x4.sub(v128.load(from + c), v128.load(mean + c)), v128.load(inverse + c));
        v128.store(sumDy + c, f32x4.add(v128.load(sumDy + c), upstream));
        v128.store(sumAlong + c, f32x4.add(v128.load(sumAlong + c), f32x4.mul(upstream, normalized)));
      }
    }
    for (let group = 0; group < groups; group++) {
      let g: f64 = 0, along: f64 = 0;
      for (let c = group * width; c < (group + 1) * width; c++) {
        const at = <usize>c << 2;
        store<f32>(dBias + at, load<f32>(dBias + at) + load<f32>(sumDy + at));
        store<f32>(dGain + at, load<f32>(dGain + at) + load<f32>(sumAlong + at));
        g += <f64>load<f32>(sumDy + at) * <f64>load<f32>(gain + at);
        along += <f64>load<f32>(sumAlong + at) * <f64>load<f32>(gain + at);
      }
      for (let c = group * width; c < (group + 1) * width; c++) {
        const at = <usize>c << 2;
        store<f32>(sumDy + at, <f32>(g / count));
        store<f32>(sumAlong + at, <f32>(along / count));
      }
    }
    up = dy + offset;
    from = x + offset;
    let to = dx + offset;
    for (let i = 0; i < pixels; i++, from += bytes, up += bytes, to += bytes) {
      for (let c: usize = 0; c < bytes; c += 16) {
        const normalized = f32x4.mul(f32x4.sub(v128.load(from + c), v128.load(mean + c)), v128.load(inverse + c));
        const g = f32x4.mul(v128.load(up + c), v128.load(gain + c));
        const rest = f32x4.sub(f32x4.sub(g, v128.load(sumDy + c)), f32x4.mul(normalized, v128.load(sumAlong + c)));
        v128.store(to + c, f32x4.mul(rest, v128.load(inverse + c)));
      }
    }
  }
}

/** Writes mean and 1/√(var + ε) of each channel's group to scratch[0..C) and scratch[C..2C). Uses 4·C floats. */
function channelStatistics(x: usize, scratch: usize, pixels: i32, C: i32, groups: i32, epsilon: f32): void {
  const bytes = <usize>C << 2;
  const mean = scratch, inverse = scratch + bytes, sums = scratch + 2 * bytes;
  const width = C / groups;
  const count = <f64>(pixels * width);
  channelSums(x, mean, sums, 0, pixels, C);
  spreadOverGroups(sums, mean, groups, width, count, false, 0);
  channelSums(x, mean, sums, 1, pixels, C);
  spreadOverGroups(sums, inverse, groups, width, count, true, epsilon);
}

/**
 * Sums of x (power 0) or of (x − mean)² (power 1) for each channel. Blocks of pixels are summed apart, so that the
 * error does not grow with the map.
 */
function channelSums(x: usize, mean: usize, sums: usize, power: i32, pixels: i32, C: i32): void {
  const bytes = <usize>C << 2;
  const block = sums + bytes;
  memory.fill(sums, 0, bytes);
  for (let start = 0; start < pixels; start += 256) {
    memory.fill(block, 0, bytes);
    const end = min(pixels, start + 256);
    for (let i = start; i < end; i++, x += bytes) {
      if (power == 0) {
        for (let c: usize = 0; c < bytes; c += 16) {
          v128.store(block + c, f32x4.add(v128.load(block + c), v128.load(x + c)));
        }
      } else {
        for (let c: usize = 0; c < bytes; c += 16) {
          const centered = f32x4.sub(v128.load(x + c), v128.load(mean + c));
          v128.store(block + c, f32x4.add(v128.load(block + c), f32x4.mul(centered, centered)));
        }
      }
    }
    for (let c: usize = 0; c < bytes; c += 16) {
      v128.store(sums + c, f32x4.add(v128.load(sums + c), v128.load(block + c)));
    }
  }
}

/** Joins channels into their group: its mean, or the inverse of its deviation, for each channel. */
function spreadOverGroups(
  sums: usize, out: usize, groups: i32, width: i32, count: f64, inverse: bool, epsilon: f32,
): void {
  for (let group = 0; group < groups; group++) {
    let sum: f64 = 0;
    for (let c = group * width; c < (group + 1) * width; c++) sum += <f64>load<f32>(sums + (<usize>c << 2));
    const value = inverse ? 1 / sqrt<f64>(sum / count + <f64>epsilon) : sum / count;
    for (let c = group * width; c < (group + 1) * width; c++) store<f32>(out + (<usize>c << 2), <f32>value);
  }
}
