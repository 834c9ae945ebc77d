// Gradients of resizing and pooling, and the unfolding of convolutions. Maps are [B, H, W, C].
import { addScaled } from './simd';

/**
 * Adds dy [B, h, w, C] into dx [B, H, W, C], which the caller clears, along the samples of a separable resize:
 * tables [h] and [w] of (low index, high index, share of the high one as float bits).
 */
export function resizeGradient(
  dy: usize, dx: usize, rowTable: usize, columnTable: usize, B: i32, H: i32, W: i32, h: i32, w: i32, C: i32,
): void {
  const bytes = <usize>C << 2;
  for (let b = 0; b < B; b++) {
    const image = dx + <usize>(b * H * W) * bytes;
    for (let y = 0; y < h; y++) {
      const low = image + <usize>(load<i32>(rowTable + <usize>(y * 12)) * W) * bytes;
      const high = image + <usize>(load<i32>(rowTable + <usize>(y * 12), 4) * W) * bytes;
      const fy = load<f32>(rowTable + <usize>(y * 12), 8);
      for (let x = 0; x < w; x++, dy += bytes) {
        const left = <usize>load<i32>(columnTable + <usize>(x * 12)) * bytes;
        const right = <usize>load<i32>(columnTable + <usize>(x * 12), 4) * bytes;
        const fx = load<f32>(columnTable + <usize>(x * 12), 8);
        addScaled(low + left, dy, (1 - fy) * (1 - fx), C);
        if (fx != 0) addScaled(low + right, dy, (1 - fy) * fx, C);
        if (fy != 0) {
          addScaled(high + left, dy, fy * (1 - fx), C);
          if (fx != 0) addScaled(high + right, dy, fy * fx, C);
        }
      }
    }
  }
}

/**
 * The largest of each window of x [B, H, W, C] into y [B, h, w, C], rows [from, to) of B·h. The lanes' maximum hands NaN
 * on, as the scalar one does; a window that lies in the padding alone is −∞.
 */
export function maxPool(
  x: usize, y: usize, H: i32, W: i32, C: i32, h: i32, w: i32,
  sizeY: i32, sizeX: i32, strideY: i32, strideX: i32, padY: i32, padX: i32, from: i32, to: i32,
): void {
  const bytes = <usize>C << 2;
  const whole = <usize>(C & ~3) << 2;
  y += <usize>(from * w) * bytes;
  for (let row = from; row < to; row++) {
    const image = x + <usize>(row / h * H * W) * bytes;
    const top = (row % h) * strideY - padY;
    const first = max(0, top);
    const last = min(H, top + sizeY);
    for (let column = 0; column < w; column++, y += bytes) {
      const left = column * strideX - padX;
      const begin = max(0, left);
      const end = min(W, left + sizeX);
      for (let c: usize = 0; c < whole; c += 16) {
        let largest = f32x4.splat(-Infinity);
        for (let i = first; i < last; i++) {
          let at = image + <usize>(i * W + begin) * bytes + c;
          for (let j = begin; j < end; j++, at += bytes) largest = f32x4.max(largest, v128.load(at));
        }
        v128.store(y + c, largest);
      }
      for (let c = whole; c < bytes; c += 4) {
        let largest: f32 = -Infinity;
        for (let i = first; i < last; i++) {
          let at = image + <usize>(i * W + begin) * bytes + c;
          for (let j = begin; j < end; j++, at += bytes) largest = max(largest, load<f32>(at));
        }
        store<f32>(y + c, largest);
      }
    }
  }
}

/** Adds dy into dx, which the caller clears, at the first maximum of each window. */
export function maxPoolGradient(
  dy: usize, x: usize, y: usize, dx: usize,
  B: i32, H: i32, W: i32, C: i32, h: i32, w: i32,
  sizeY: i32, sizeX: i32, strideY: i32, strideX: i32, padY: i32, padX: i32,
): void {
  for (let b = 0; b < B; b++) {
    const image = b * H * W;
    for (let row = 0; row < h; row++) {
      const top = row * strideY - padY;
      for (let column = 0; column < w; column++) {
        const left = column * strideX - padX;
        for (let c = 0; c < C; c++, dy += 4, y += 4) {
          const maximum = load<f32>(y);
          let found = false;
          for (let i = max(0, top); i < min(H, top + sizeY) && !found; i++) {
            for (let j = max(0, left); j < min(W, left + sizeX); j++) {
              const at = <usize>((image + i * W + j) * C + c) << 2;
              if (load<f32>(x + at) == maximum) {
                store<f32>(dx + at, load<f32>(dx + at) + load<f32>(dy));
                found = true;
                break;
              }
            }
          }
        }
      }
    }
  }
}

/**
 * Copies x [B, H, W, C] into the middle of a map of zeros: out [B, H + top + bottom, W + left + right, C]. A negative top or bottom
 * leaves rows out.
 */
export function frame(
  x: usize, out: usize, B: i32, H: i32, W: i32, C: i32, top: i32, bottom: i32, left: i32, right: i32,
): void {
  const pixel = <usize>C << 2, line = <usize>W * pixel, wide = line + <usize>(left + right) * pixel;
  const skipped = max(0, -top), rows = H - skipped + min(0, bottom);
  memory.fill(out, 0, <usize>(B * (H + top + bottom)) * wide);
  for (let image = 0; image < B; image++) {
    let source = x + <usize>(image * H + skipped) * line;
    let target = out + <usize>(image * (H + top + bottom) + max(0, top)) * wide + <usize>left * pixel;
    for (let row = 0; row < rows; row++, source += line, target += wide) memory.copy(target, source, line);
  }
}
