import { float16ToFloat32, float32ToFloat16 } from '@seg/checkpoint/safetensors';

/** Number type of maps in memory. */
export type MapPrecision = 'float32' | 'float16';

/** Feature map of one image in plain memory; float16 as its bits. */
type StoredMap = { shape: readonly number[]; values: Float32Array | Uint16Array };

/** Feature maps of one image in plain memory, finest first. */
export type StoredMaps = readonly StoredMap[];

/** Largest number of float16 (IEEE 754 binary16). */
const LARGEST_HALF = 65_504;

/**
 * Puts a map into the form in which it is kept.
 *
 * @throws RangeError where a number is beyond float16
 */
export function storedMap(shape: readonly number[], values: Float32Array, precision: MapPrecision): StoredMap {
  if (precision === 'float32') return { shape, values };
  const beyond = values.find((value) => Math.abs(value) > LARGEST_HALF);
  if (beyond === undefined) return { shape, values: float32ToFloat16(values) };
  throw new RangeError(`features: expected numbers within ±${LARGEST_HALF} for float16, got ${beyond} (take float32)`);
}

/** Counts the bytes of maps. */
export function bytesOfMaps(maps: StoredMaps): number {
  return maps.reduce((sum, { values }) => sum + values.byteLength, 0);
}

/** Joins maps of images of one size to those of a batch, finest first: [1, h, w, c] each becomes [B, h, w, c]. */
export function batchMaps(images: readonly StoredMaps[]): { shape: number[]; values: Float32Array }[] {
  return images[0].map(({ shape: [, ...shape], values: { length } }, level) => {
    const values = new Float32Array(images.length * length);
    images.forEach((maps, image) => {
      values.set(numbersOf(maps[level]), image * length);
    });
    return { shape: [images.length, ...shape], values };
  });
}

function numbersOf({ values }: StoredMap): Float32Array {
  return values instanceof Uint16Array ? float16ToFloat32(values) : values;
}
