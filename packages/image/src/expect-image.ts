import type { RgbImage } from './rgb-image.ts';

/** 2³¹ bytes: as much as the longest typed array of every engine, and 700 megapixels. */
export const MOST_BYTES = 2 ** 31;

/**
 * Checks an image from outside: whole sides of 1 or more, three bytes for each pixel.
 *
 * @param where Names the call in errors
 * @throws RangeError of one line
 */
export function expectImage(where: string, image: unknown): asserts image is RgbImage {
  if (typeof image !== 'object' || image === null) {
    throw new RangeError(`${where}: expected an image with data, width and height, got ${kindOf(image)}`);
  }
  const { data, width, height } = image as Partial<RgbImage>;
  const isSize = [width, height].every((side) => Number.isSafeInteger(side) && (side as number) >= 1);
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray)) {
    throw new RangeError(`${where}: expected bytes (Uint8Array) as data of an image, got ${kindOf(data)}`);
  }
  if (!isSize || data.length !== (width as number) * (height as number) * 3 || data.length > MOST_BYTES) {
    throw new RangeError(`${where}: expected 3 bytes for each pixel of ${width}x${height}, got ${data.length}`);
  }
}

function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? 'text' : String(value);
  return value instanceof Promise ? 'a promise (await it)' : `a value of type ${value.constructor?.name ?? 'object'}`;
}
