/** An image in memory: 8-bit RGB, row by row, without padding. `data.length` is `width · height · 3`. */
export type RgbImage = { data: Uint8Array | Uint8ClampedArray; width: number; height: number };

/** An image whose values are not rounded to bytes. */
export type FloatImage = { data: Float32Array; width: number; height: number };

/** Height and width of an image in pixels, in this order everywhere. */
export type ImageSize = [height: number, width: number];
