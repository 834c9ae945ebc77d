import type { Random } from '@seg/core';
import { expectImage, type RgbImage } from '@seg/image';

/** Published: brightness within ±32, factors of contrast and saturation 0.5 to 1.5, hue within 18 of 180 (SSD). */
const BRIGHTNESS = 32;
const FACTOR = [0.5, 1.5] as const;
const HUE_TURNS = 18 / 180; // OpenCV's hue has 180 steps a turn

/**
 * Photometric distortion of SSD (Liu et al. 2016; detectron2 `ColorAugSSDTransform`): brightness, contrast, saturation
 * and hue, each with even chance, contrast before or after the colors.
 */
export function jitterColor(image: RgbImage, random: Random): RgbImage {
  expectImage('jitterColor', image);
  const values = Float32Array.from(image.data);
  const happens = () => random() < 0.5;
  const factor = () => FACTOR[0] + (FACTOR[1] - FACTOR[0]) * random();
  if (happens()) shift(values, (2 * random() - 1) * BRIGHTNESS);
  const contrastFirst = happens();
  if (contrastFirst && happens()) stretch(values, factor());
  if (happens()) saturate(values, factor());
  if (happens()) turnHue(values, (2 * random() - 1) * HUE_TURNS);
  if (!contrastFirst && happens()) stretch(values, factor());
  return { ...image, data: Uint8Array.from(values, (value) => Math.max(0, Math.min(255, Math.round(value)))) };
}

function shift(values: Float32Array, amount: number): void {
  for (let i = 0; i < values.length; i++) values[i] += amount;
}

function stretch(values: Float32Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i] *= factor;
}

/** Moves every channel away from the pixel's largest, as scaling S of HSV does. */
function saturate(values: Float32Array, factor: number): void {
  for (let i = 0; i < values.length; i += 3) {
    const value = Math.max(values[i], values[i + 1], values[i + 2]);
    const least = Math.min(values[i], values[i + 1], values[i + 2]);
    const most = least < value ? value / (value - least) : 1; // saturation cannot exceed 1
    for (let c = i; c < i + 3; c++) values[c] = value - (value - values[c]) * Math.min(factor, most);
  }
}

/** Turns colors around the grey axis, by HSV's piecewise hue, keeping the largest and smallest channel. */
function turnHue(values: Float32Array, turns: number): void {
  for (let i = 0; i < values.length; i += 3) {
    const [red, green, blue] = [values[i], values[i + 1], values[i + 2]];
    const value = Math.max(red, green, blue);
    const chroma = value - Math.min(red, green, blue);
    if (chroma === 0) continue;
    const hue = hueOf(red, green, blue, value, chroma) + 6 * turns;
    for (const [c, offset] of [5, 3, 1].entries()) {
      const k = (((hue + offset) % 6) + 6) % 6;
      values[i + c] = value - chroma * Math.max(0, Math.min(k, 4 - k, 1));
    }
  }
}

/** In sixths of a turn. */
function hueOf(red: number, green: number, blue: number, value: number, chroma: number): number {
  if (value === red) return (green - blue) / chroma;
  return value === green ? (blue - red) / chroma + 2 : (red - green) / chroma + 4;
}
