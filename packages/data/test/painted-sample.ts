import type { MaskSample } from '../src/data-sets/mask-sample.ts';
import { boxMaskOf, maskArea, paintMask } from '../src/masks/box-mask.ts';

/** A picture in letters: every letter is an object of its own class, its code the gray of its pixels; a dot is nothing. */
export function painted(...rows: string[]): MaskSample {
  const [height, width] = [rows.length, rows[0].length];
  const letters = [...rows.join('')];
  const data = Uint8Array.from(letters.flatMap((letter) => new Array<number>(3).fill(letter.charCodeAt(0))));
  const names = [...new Set(letters)].filter((letter) => letter !== '.' && letter !== '?').sort();
  const maskOf = (name: string) =>
    boxMaskOf(
      letters.map((letter) => Number(letter === name)),
      [height, width],
    );
  return {
    name: 'painted',
    image: { data, width, height },
    segments: names.map((name) => ({ mask: maskOf(name), category: name.charCodeAt(0) - 97, isCrowd: false })),
    unknown: letters.includes('?') ? maskOf('?') : null,
  };
}

/** The masks of a sample as such a picture again; `?` is unknown, a digit counts masks that overlap. */
export function masksOf({ image, segments, unknown }: MaskSample): string[] {
  const { width, height } = image;
  const counts = new Uint8Array(width * height);
  const letters = new Array<string>(width * height).fill('.');
  if (unknown !== null) paintEach(letters, width, unknown, () => '?');
  for (const { mask, category } of segments) {
    if (maskArea(mask) === 0) throw new Error('expected masks with pixels, got an empty one');
    paintEach(letters, width, mask, (i) =>
      counts[i]++ === 0 ? String.fromCharCode(97 + category) : String(counts[i]),
    );
  }
  return Array.from({ length: height }, (_, y) => letters.slice(y * width, (y + 1) * width).join(''));
}

/** The pixels of a sample as letters. */
export function pixelsOf({ image: { data, width, height } }: MaskSample): string[] {
  const row = (y: number) =>
    Array.from({ length: width }, (_, x) =>
      data[3 * (y * width + x)] === 128 ? '?' : letter(data[3 * (y * width + x)]),
    );
  return Array.from({ length: height }, (_, y) => row(y).join(''));
}

const letter = (code: number) => String.fromCharCode(code);

function paintEach(
  letters: string[],
  width: number,
  mask: Parameters<typeof paintMask>[2],
  nameAt: (i: number) => string,
): void {
  const dense = new Uint8Array(letters.length);
  paintMask(dense, width, mask, 1);
  dense.forEach((isSet, i) => {
    if (isSet === 1) letters[i] = nameAt(i);
  });
}
