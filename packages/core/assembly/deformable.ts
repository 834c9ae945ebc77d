// Multi-scale deformable sampling: value [B, S, M, D], locations [B, Q, M, L, P, 2], weights [B, Q, M, L, P],
// levels [L, 3] of (height, width, first token).
import { addScaled, dot, sumLanes } from './simd';

/** y += the blend of four neighboring pixels, the upper two of weight `upper`, the lower of weight `lower`. */
// @ts-ignore: decorator
@inline
function addCell(
  y: usize, corner: usize, below: usize, pixel: usize, upper: f32, lower: f32, fx: f32, D: i32,
): void {
  const w00 = f32x4.splat(upper * (1 - fx)), w01 = f32x4.splat(upper * fx);
  const w10 = f32x4.splat(lower * (1 - fx)), w11 = f32x4.splat(lower * fx);
  const whole = <usize>(D & ~3) << 2, end = <usize>D << 2;
  for (let i: usize = 0; i < whole; i += 16) {
    const top = f32x4.add(
      f32x4.mul(v128.load(corner + i), w00), f32x4.mul(v128.load(corner + pixel + i), w01),
    );
    const bottom = f32x4.add(f32x4.mul(v128.load(below + i), w10), f32x4.mul(v128.load(below + pixel + i), w11));
    v128.store(y + i, f32x4.add(v128.load(y + i), f32x4.add(top, bottom)));
  }
  for (let i = whole; i < end; i += 4) addPixel(y + i, corner + i, below + i, pixel, upper, lower, fx);
}

/** {@link addCell} of one channel. */
// @ts-ignore: decorator
@inline
function addPixel(y: usize, corner: usize, below: usize, pixel: usize, upper: f32, lower: f32, fx: f32): void {
  const top = load<f32>(corner) * upper * (1 - fx) + load<f32>(corner + pixel) * upper * fx;
  const bottom = load<f32>(below) * lower * (1 - fx) + load<f32>(below + pixel) * lower * fx;
  store<f32>(y, load<f32>(y) + top + bottom);
}

/** y += x of one channel. */
// @ts-ignore: decorator
@inline
function add(y: usize, x: f32): void {
  store<f32>(y, load<f32>(y) + x);
}

/** True where a place or a weight is NaN, which no comparison finds inside or outside. */
// @ts-ignore: decorator
@inline
export function isLost(px: f32, py: f32, weight: f32): bool {
  return px != px || py != py || weight != weight;
}

/** y = NaN */
function lose(y: usize, D: i32): void {
  for (let i: usize = 0; i < <usize>D << 2; i += 4) store<f32>(y + i, f32.NaN);
}

/** Writes out [B, Q, M · D] for the queries [from, to) of all B · Q. */
export function deformableSampling(
  value: usize, locations: usize, weights: usize, levels: usize, out: usize,
  S: i32, Q: i32, M: i32, D: i32, L: i32, P: i32, from: i32, to: i32,
): void {
  const rowBytes = <usize>(M * D) << 2;
  memory.fill(out + <usize>from * rowBytes, 0, <usize>(to - from) * rowBytes);
  let sample = <usize>from * <usize>(M * L * P); // counts [B · Q, M, L, P]
  let y = out + <usize>from * rowBytes;
  let image = value + <usize>(from / Q) * <usize>S * rowBytes;
  for (let query = from, left = Q - from % Q; query < to; query++, left--) {
    if (left == 0) {
      image += <usize>S * rowBytes;
      left = Q;
    }
    for (let m = 0; m < M; m++) {
      const head = image + (<usize>(m * D) << 2);
      for (let l = 0; l < L; l++) {
        const level = levels + <usize>(l * 12);
        const H = load<i32>(level), W = load<i32>(level, 4);
        const map = head + <usize>load<i32>(level, 8) * rowBytes;
        for (let p = 0; p < P; p++, sample++) {
          const px = load<f32>(locations + (sample << 3)) * <f32>W - 0.5;
          const py = load<f32>(locations + (sample << 3), 4) * <f32>H - 0.5;
          const a = load<f32>(weights + (sample << 2));
          if (!(px > -1 && py > -1 && px < <f32>W && py < <f32>H)) {
            if (isLost(px, py, a)) lose(y, D);
            continue;
          }
          const x0 = floor(px), y0 = floor(py);
          const fx = px - x0, fy = py - y0;
          const x = <i32>x0, row = <i32>y0;
          const corner = map + <usize>(row * W + x) * rowBytes; // wraps where a corner lies outside, then unused
          const below = corner + <usize>W * rowBytes;
          if (x >= 0 && row >= 0 && x + 1 < W && row + 1 < H) {
            if (D == 1) addPixel(y, corner, below, rowBytes, a * (1 - fy), a * fy, fx);
            else addCell(y, corner, below, rowBytes, a * (1 - fy), a * fy, fx, D);
            continue;
          }
          if (row >= 0) {
            if (x >= 0) addScaled(y, corner, a * (1 - fy) * (1 - fx), D);
            if (x + 1 < W) addScaled(y, corner + rowBytes, a * (1 - fy) * fx, D);
          }
          if (row + 1 < H) {
            if (x >= 0) addScaled(y, below, a * fy * (1 - fx), D);
            if (x + 1 < W) addScaled(y, below + rowBytes, a * fy * fx, D);
          }
        }
      }
      y += <usize>D << 2;
    }
  }
}

/** Of the heads [from, to): adds into dValue, which the caller clears; writes dLocations and dWeights. */
export function deformableSamplingGradient(
  dy: usize, value: usize, locations: usize, weights: usize, levels: usize,
  dValue: usize, dLocations: usize, dWeights: usize,
  B: i32, S: i32, Q: i32, M: i32, D: i32, L: i32, P: i32, from: i32, to: i32,
): void {
  const rowBytes = <usize>(M * D) << 2;
  for (let b = 0; b < B; b++) {
    for (let q = 0; q < Q; q++) {
      const query = <usize>b * <usize>Q + <usize>q;
      let sample = (query * <usize>M + <usize>from) * <usize>(L * P); // counts [B, Q, M, L, P]
      let g = dy + query * rowBytes + (<usize>(from * D) << 2);
      for (let m = from; m < to; m++) {
        const headOffset = <usize>b * <usize>S * rowBytes + (<usize>(m * D) << 2);
        for (let l = 0; l < L; l++) {
          const level = levels + <usize>(l * 12);
          const H = load<i32>(level), W = load<i32>(level, 4);
          const mapOffset = headOffset + <usize>load<i32>(level, 8) * rowBytes;
          for (let p = 0; p < P; p++, sample++) {
            const px = load<f32>(locations + (sample << 3)) * <f32>W - 0.5;
            const py = load<f32>(locations + (sample << 3), 4) * <f32>H - 0.5;
            let sampled: f32 = 0, slopeX: f32 = 0, slopeY: f32 = 0;
            const a = load<f32>(weights + (sample << 2));
            if (px > -1 && py > -1 && px < <f32>W && py < <f32>H) {
              const x0 = floor(px), y0 = floor(py);
              const fx = px - x0, fy = py - y0;
              const x = <i32>x0, row = <i32>y0;
              const corner = mapOffset + <usize>(row * W + x) * rowBytes;
              const below = corner + <usize>W * rowBytes;
              const isInside = x >= 0 && row >= 0 && x + 1 < W && row + 1 < H;
              if (isInside && (D == 1 || (D & 3) == 0)) {
                let d00: f32, d01: f32, d10: f32, d11: f32;
                if (D == 1) {
                  const upstream = load<f32>(g), weighted = upstream * a;
                  const p00 = corner, p01 = corner + rowBytes, p10 = below, p11 = below + rowBytes;
                  d00 = upstream * load<f32>(value + p00), d01 = upstream * load<f32>(value + p01);
                  d10 = upstream * load<f32>(value + p10), d11 = upstream * load<f32>(value + p11);
                  add(dValue + p00, weighted * (1 - fy) * (1 - fx));
                  add(dValue + p01, weighted * (1 - fy) * fx);
                  add(dValue + p10, weighted * fy * (1 - fx));
                  add(dValue + p11, weighted * fy * fx);
                } else {
                  const w00 = f32x4.splat(a * (1 - fy) * (1 - fx)), w01 = f32x4.splat(a * (1 - fy) * fx);
                  const w10 = f32x4.splat(a * fy * (1 - fx)), w11 = f32x4.splat(a * fy * fx);
                  let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00;
                  for (let i: usize = 0, end = <usize>D << 2; i < end; i += 16) {
                    const upstream = v128.load(g + i);
                    const p00 = corner + i, p01 = p00 + rowBytes, p10 = below + i, p11 = p10 + rowBytes;
                    s00 = f32x4.add(s00, f32x4.mul(upstream, v128.load(value + p00)));
                    s01 = f32x4.add(s01, f32x4.mul(upstream, v128.load(value + p01)));
                    s10 = f32x4.add(s10, f32x4.mul(upstream, v128.load(value + p10)));
                    s11 = f32x4.add(s11, f32x4.mul(upstream, v128.load(value + p11)));
                    v128.store(dValue + p00, f32x4.add(v128.load(dValue + p00), f32x4.mul(upstream, w00)));
                    v128.store(dValue + p01, f32x4.add(v128.load(dValue + p01), f32x4.mul(upstream, w01)));
                    v128.store(dValue + p10, f32x4.add(v128.load(dValue + p10), f32x4.mul(upstream, w10)));
                    v128.store(dValue + p11, f32x4.add(v128.load(dValue + p11), f32x4.mul(upstream, w11)));
                  }
                  d00 = sumLanes(s00), d01 = sumLanes(s01), d10 = sumLanes(s10), d11 = sumLanes(s11);
                }
                sampled = (1 - fy) * ((1 - fx) * d00 + fx * d01) + fy * ((1 - fx) * d10 + fx * d11);
                slopeX = (1 - fy) * (d01 - d00) + fy * (d11 - d10);
                slopeY = (1 - fx) * (d10 - d00) + fx * (d11 - d01);
              } else {
                if (row >= 0) {
                  if (x >= 0) {
                    const d = dot(g, value + corner, D);
                    sampled += (1 - fy) * (1 - fx) * d;
                    slopeX -= (1 - fy) * d;
                    slopeY -= (1 - fx) * d;
                    addScaled(dValue + corner, g, a * (1 - fy) * (1 - fx), D);
                  }
                  if (x + 1 < W) {
                    const d = dot(g, value + corner + rowBytes, D);
                    sampled += (1 - fy) * fx * d;
                    slopeX += (1 - fy) * d;
                    slopeY -= fx * d;
                    addScaled(dValue + corner + rowBytes, g, a * (1 - fy) * fx, D);
                  }
                }
                if (row + 1 < H) {
                  if (x >= 0) {
                    const d = dot(g, value + below, D);
                    sampled += fy * (1 - fx) * d;
                    slopeX -= fy * d;
                    slopeY += (1 - fx) * d;
                    addScaled(dValue + below, g, a * fy * (1 - fx), D);
                  }
                  if (x + 1 < W) {
                    const d = dot(g, value + below + rowBytes, D);
                    sampled += fy * fx * d;
                    slopeX += fy * d;
                    slopeY += fx * d;
                    addScaled(dValue + below + rowBytes, g, a * fy * fx, D);
                  }
                }
              }
            } else if (isLost(px, py, a)) {
              sampled = slopeX = slopeY = f32.NaN;
              lose(dValue + mapOffset, D); // of the first pixel, as it lies nowhere
            }
            store<f32>(dWeights + (sample << 2), sampled);
            store<f32>(dLocations + (sample << 3), a * <f32>W * slopeX);
            store<f32>(dLocations + (sample << 3), a * <f32>H * slopeY, 4);
          }
        }
        g += <usize>D << 2;
      }
    }
  }
}
