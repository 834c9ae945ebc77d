import { expectThat, isList } from '../state/expect-value.ts';

/**
 * Segment ids from the colors of a panoptic PNG: id = R + 256 · G + 65536 · B. Id 0 is void.
 *
 * @param pixels [H, W, channels] bytes
 * @param channels 3 or 4; alpha is not read
 * @returns [H, W]
 */
export function rgbToId(pixels: ArrayLike<number>, channels = 3): Uint32Array {
  expectThat(isList(pixels), 'rgbToId', 'a list of bytes', pixels);
  if ((channels !== 3 && channels !== 4) || pixels.length % channels !== 0) {
    throw new RangeError(`rgbToId: expected bytes of RGB or RGBA, got ${pixels.length} bytes of ${channels} channels`);
  }
  const ids = new Uint32Array(pixels.length / channels);
  for (let p = 0, k = 0; p < ids.length; p++, k += channels) {
    ids[p] = pixels[k] | (pixels[k + 1] << 8) | (pixels[k + 2] << 16);
  }
  return ids;
}

/** The colors of segment ids, [H, W] → [H, W, 3] bytes. @throws at an id of 2²⁴ or more, which has no color */
export function idToRgb(ids: ArrayLike<number>): Uint8Array {
  expectThat(isList(ids), 'idToRgb', 'a list of ids', ids);
  const pixels = new Uint8Array(ids.length * 3);
  for (let p = 0, k = 0; p < ids.length; p++, k += 3) {
    const id = ids[p];
    if (!(Number.isInteger(id) && id >= 0 && id < 2 ** 24))
      throw new RangeError(`idToRgb: expected ids of 0 to 2^24 - 1, got ${id}`);
    pixels[k] = id & 255;
    pixels[k + 1] = (id >> 8) & 255;
    pixels[k + 2] = id >> 16;
  }
  return pixels;
}
