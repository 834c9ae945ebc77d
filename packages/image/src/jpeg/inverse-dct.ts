import type { Component } from './frame.ts';

/** One component in samples: [rows of blocks · 8, stride · 8], of which width × height belong to the picture. */
export type Plane = { samples: Uint8Array; stride: number; width: number; height: number };

/** Bits behind the point of a constant, and of a value between columns and rows. */
const [CONST_BITS, PASS_BITS] = [13, 2];

// Cosines of multiples of π/16 and their sums, times √2 · 2^13, of Loeffler, Ligtenberg and Moschytz 1989, figure 1.
const [C0_298, C0_390, C0_541, C0_765, C0_899, C1_175] = [2446, 3196, 4433, 6270, 7373, 9633];
const [C1_501, C1_847, C1_961, C2_053, C2_562, C3_072] = [12299, 15137, 16069, 16819, 20995, 25172];

/**
 * Turns coefficients into samples by the inverse of the discrete cosine transform that libjpeg calls "islow", in the same
 * integers: columns first, then rows, the rounding after each.
 */
export function inverseDct({ coefficients, steps, stride, blocksDown, width, height }: Component): Plane {
  const samples = new Uint8Array(blocksDown * 8 * stride * 8);
  const work = new Int32Array(64);
  for (let row = 0, at = 0; row < blocksDown; row++) {
    for (let column = 0; column < stride; column++, at += 64) {
      const to = row * 8 * stride * 8 + column * 8;
      if (isFlat(coefficients, at)) fillBlock(samples, to, stride * 8, coefficients[at] * steps![0]);
      else {
        transformBlock(coefficients, at, steps!, work);
        storeBlock(work, samples, to, stride * 8);
      }
    }
  }
  return { samples, stride: stride * 8, width, height };
}

/** Tells if all coefficients but the first are zero. */
function isFlat(coefficients: Int16Array, at: number): boolean {
  for (let k = at + 63; k > at; k--) if (coefficients[k] !== 0) return false;
  return true;
}

function fillBlock(samples: Uint8Array, to: number, stride: number, dc: number): void {
  const value = toSample((int16(dc) + 4) >> 3);
  for (let y = 0; y < 8; y++) samples.fill(value, to + y * stride, to + y * stride + 8);
}

/**
 * Transforms one block.
 *
 * @param work [64] its samples around 0, afterwards
 */
function transformBlock(coefficients: Int16Array, at: number, steps: Uint16Array, work: Int32Array): void {
  for (let k = 0; k < 64; k++) work[k] = int16(Math.imul(coefficients[at + k], steps[k]));
  for (let x = 0; x < 8; x++) transform(work, x, 8, CONST_BITS - PASS_BITS);
  for (let k = 0; k < 64; k++) work[k] = Math.max(-32768, Math.min(32767, work[k]));
  for (let y = 0; y < 8; y++) transform(work, 8 * y, 1, CONST_BITS + PASS_BITS + 3);
}

function storeBlock(work: Int32Array, samples: Uint8Array, to: number, stride: number): void {
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) samples[to + y * stride + x] = toSample(work[8 * y + x]);
  }
}

/**
 * Transforms eight values in place, `step` apart, and drops `shift` bits. Four sums have 16 bits, which only damaged files
 * exceed: so libjpeg's vector code has them.
 */
function transform(work: Int32Array, from: number, step: number, shift: number): void {
  const y0 = work[from];
  const y1 = work[from + step];
  const y2 = work[from + 2 * step];
  const y3 = work[from + 3 * step];
  const y4 = work[from + 4 * step];
  const y5 = work[from + 5 * step];
  const y6 = work[from + 6 * step];
  const y7 = work[from + 7 * step];
  const turn = Math.imul(y2 + y6, C0_541);
  const low = turn - Math.imul(y6, C1_847);
  const high = turn + Math.imul(y2, C0_765);
  const half = 1 << (shift - 1);
  const sum = (int16(y0 + y4) << CONST_BITS) + half;
  const difference = (int16(y0 - y4) << CONST_BITS) + half;
  const z3 = int16(y7 + y3);
  const z4 = int16(y5 + y1);
  const common = Math.imul(z3 + z4, C1_175);
  const a = Math.imul(y7 + y1, C0_899);
  const b = Math.imul(y5 + y3, C2_562);
  const c = common - Math.imul(z3, C1_961);
  const d = common - Math.imul(z4, C0_390);
  const odd7 = (Math.imul(y7, C0_298) - a + c) | 0;
  const odd5 = (Math.imul(y5, C2_053) - b + d) | 0;
  const odd3 = (Math.imul(y3, C3_072) - b + c) | 0;
  const odd1 = (Math.imul(y1, C1_501) - a + d) | 0;
  work[from] = (sum + high + odd1) >> shift;
  work[from + 7 * step] = (sum + high - odd1) >> shift;
  work[from + step] = (difference + low + odd3) >> shift;
  work[from + 6 * step] = (difference + low - odd3) >> shift;
  work[from + 2 * step] = (difference - low + odd5) >> shift;
  work[from + 5 * step] = (difference - low - odd5) >> shift;
  work[from + 3 * step] = (sum - high + odd7) >> shift;
  work[from + 4 * step] = (sum - high - odd7) >> shift;
}

function int16(value: number): number {
  return (value << 16) >> 16;
}

/** Samples are stored around 0. */
function toSample(value: number): number {
  return Math.max(0, Math.min(255, value + 128));
}
