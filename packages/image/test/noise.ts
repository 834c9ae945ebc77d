import type { ImageSize, RgbImage } from '../src/rgb-image.ts';

/** Makes the formula image of the scripts beside the fixtures. */
export function noise([height, width]: ImageSize): RgbImage {
  const data = new Uint8Array(height * width * 3);
  for (let i = 0; i < data.length; i++) {
    const x = Math.imul(i + 1, 2654435761);
    data[i] = Math.imul(x ^ (x >>> 15), 2246822519) >>> 24;
  }
  return { data, width, height };
}

/** Fowler–Noll–Vo 1a hash, 32 bit. */
export function fnv1a(bytes: Uint8Array | Uint8ClampedArray): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
