import type { Color } from '../category.ts';
import { GLYPH_HEIGHT, GLYPH_WIDTH, isInk } from './pixel-font.ts';

/** An image that is drawn into: RGB, or RGBA as `ImageData` has it, row by row. */
export type Pixels = { readonly data: Uint8Array | Uint8ClampedArray; readonly width: number; readonly height: number };

/** Left, top, width and height in pixels. */
export type Rectangle = { x: number; y: number; width: number; height: number };

/** Columns from one letter to the next: one stays empty between them. */
const PITCH = GLYPH_WIDTH + 1;

/**
 * Mixes a color into one pixel of RGB or RGBA. Where a pixel is translucent, the color lies over it (Porter and Duff 1984,
 * "over"): a layer that begins transparent can be laid over a video.
 */
export function blend({ data, width, height }: Pixels, index: number, color: Color, opacity: number): void {
  const channels = data.length / (width * height);
  const at = channels * index;
  const below = channels === 4 ? (data[at + 3] / 255) * (1 - opacity) : 1 - opacity;
  const alpha = opacity + below;
  if (alpha === 0) return;
  for (let c = 0; c < 3; c++) {
    const old = data[at + c];
    data[at + c] = Math.round(old + ((color[c] - old) * opacity) / alpha);
  }
  if (channels === 4) data[at + 3] = Math.round(255 * alpha);
}

/** Blends a color over a rectangle, cut at the canvas' edges. */
export function fillRectangle(image: Pixels, { x, y, width, height }: Rectangle, color: Color, opacity: number): void {
  for (let row = Math.max(0, y); row < Math.min(image.height, y + height); row++) {
    for (let column = Math.max(0, x); column < Math.min(image.width, x + width); column++) {
      blend(image, row * image.width + column, color, opacity);
    }
  }
}

/** Measures a text in pixels. */
export function measureText(text: string, scale: number): { width: number; height: number } {
  return { width: (text.length * PITCH - 1) * scale, height: GLYPH_HEIGHT * scale };
}

/** Writes text with its upper left corner at x, y. */
export function drawText(image: Pixels, text: string, x: number, y: number, scale: number, color: Color): void {
  for (const [i, character] of [...text].entries()) {
    for (let cell = 0; cell < GLYPH_WIDTH * GLYPH_HEIGHT; cell++) {
      const [column, row] = [cell % GLYPH_WIDTH, Math.floor(cell / GLYPH_WIDTH)];
      if (!isInk(character, column, row)) continue;
      const dot = { x: x + (i * PITCH + column) * scale, y: y + row * scale, width: scale, height: scale };
      fillRectangle(image, dot, color, 1);
    }
  }
}
