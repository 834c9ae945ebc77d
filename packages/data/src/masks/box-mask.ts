import { type Rle, rleBox } from '@seg/coco-eval';
import { type ImageSize, resizeLabels } from '@seg/image';
import { expectSize } from '../expect-number.ts';

/**
 * One mask of an image, stored within its box: what is outside of the box is 0. Objects are small, so a stack of them
 * takes a few images' memory and not hundreds.
 */
export type BoxMask = {
  /** Left column and upper row of the box in the image. */
  x: number;
  y: number;
  /** Of the box in pixels. */
  width: number;
  height: number;
  /** [height · width] zeros and ones, row by row */
  data: Uint8Array;
};

/** Place of a box in an image, in pixels. */
export type PixelBox = Omit<BoxMask, 'data'>;

/** Makes a mask of run lengths. Runs that are all background give a box of no pixels. */
export function boxMaskOfRle(rle: Rle, box: PixelBox = rlePixelBox(rle)): BoxMask {
  const data = new Uint8Array(box.width * box.height);
  let end = 0;
  for (let j = 0; j < rle.counts.length; j++) {
    const start = end;
    end += rle.counts[j];
    if ((j & 1) === 0) continue;
    let column = Math.floor(start / rle.height);
    let row = start - column * rle.height;
    for (let p = start; p < end; p++) {
      data[(row - box.y) * box.width + column - box.x] = 1;
      if (++row < rle.height) continue;
      row = 0;
      column++;
    }
  }
  return { ...box, data };
}

/** Finds the smallest box around run lengths: of no pixels where there are none. */
export function rlePixelBox(rle: Rle): PixelBox {
  const isEmpty = rle.counts.every((count, j) => (j & 1) === 0 || count === 0);
  const [x, y, width, height] = isEmpty ? [0, 0, 0, 0] : rleBox(rle);
  return { x, y, width, height };
}

/** Makes a mask of one value a pixel: 0 is background, anything else foreground. */
export function boxMaskOf(dense: ArrayLike<number>, size: ImageSize): BoxMask {
  expectSize('boxMaskOf', 'size', size);
  const [height, width] = size;
  if (dense?.length !== height * width) {
    throw new RangeError(`boxMaskOf: expected ${height * width} pixels, got ${dense?.length ?? 'none'}`);
  }
  return cropBoxMask(
    { x: 0, y: 0, width, height, data: Uint8Array.from(dense, (value) => (value ? 1 : 0)) },
    boxAround(dense, width, height),
    { shift: false },
  );
}

function boxAround(dense: ArrayLike<number>, width: number, height: number): PixelBox {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (!dense[i]) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  return right < 0
    ? { x: 0, y: 0, width: 0, height: 0 }
    : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** Counts the pixels of a mask. */
export function maskArea({ data }: Pick<BoxMask, 'data'>): number {
  let area = 0;
  for (let i = 0; i < data.length; i++) area += data[i];
  return area;
}

/** Finds the smallest box around the pixels of a mask, null where it has none. */
export function maskBox({ x, y, width, height, data }: BoxMask): PixelBox | null {
  const inner = boxAround(data, width, height);
  return inner.width === 0 ? null : { ...inner, x: x + inner.x, y: y + inner.y };
}

/**
 * Cuts out the part of a mask within a window.
 *
 * @param shift True where the window becomes the image: places count from its corner. Default: true
 */
export function cropBoxMask(mask: BoxMask, window: PixelBox, { shift = true } = {}): BoxMask {
  const left = Math.max(mask.x, window.x);
  const top = Math.max(mask.y, window.y);
  const width = Math.max(0, Math.min(mask.x + mask.width, window.x + window.width) - left);
  const height = Math.max(0, Math.min(mask.y + mask.height, window.y + window.height) - top);
  const data = new Uint8Array(width * height);
  for (let row = 0; row < height && width > 0; row++) {
    const from = (top + row - mask.y) * mask.width + left - mask.x;
    data.set(mask.data.subarray(from, from + width), row * width);
  }
  return { x: left - (shift ? window.x : 0), y: top - (shift ? window.y : 0), width, height, data };
}

/** Mirrors a mask in an image of some width: left and right exchanged. */
export function mirrorColumns(mask: BoxMask, imageWidth: number): BoxMask {
  const { width, height } = mask;
  const data = new Uint8Array(mask.data.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++)
      data[row * width + column] = mask.data[row * width + width - 1 - column];
  }
  return { ...mask, x: imageWidth - mask.x - width, data };
}

/** Mirrors a mask in an image of some height: top and bottom exchanged. */
export function mirrorRows(mask: BoxMask, imageHeight: number): BoxMask {
  const { width, height } = mask;
  const data = new Uint8Array(mask.data.length);
  for (let row = 0; row < height; row++) {
    data.set(mask.data.subarray((height - 1 - row) * width, (height - row) * width), row * width);
  }
  return { ...mask, y: imageHeight - mask.y - height, data };
}

/** Exchanges rows and columns of a mask. */
export function transposeMask({ x, y, width, height, data }: BoxMask): BoxMask {
  const turned = new Uint8Array(data.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) turned[column * height + row] = data[row * width + column];
  }
  return { x: y, y: x, width: height, height: width, data: turned };
}

/**
 * Resizes a mask with its image, by nearest neighbor as `resizeLabels` of `@seg/image` does: the pixel whose area holds
 * the center.
 *
 * @param from Height and width of the image before
 * @param to And after
 */
export function resizeBoxMask(mask: BoxMask, from: ImageSize, to: ImageSize): BoxMask {
  const rows = sourcesWithin(from[0], to[0], mask.y, mask.height);
  const columns = sourcesWithin(from[1], to[1], mask.x, mask.width);
  const [height, width] = [rows.sources.length, columns.sources.length];
  const data = new Uint8Array(height * width);
  for (let row = 0; row < height; row++) {
    const line = (rows.sources[row] - mask.y) * mask.width - mask.x;
    for (let column = 0; column < width; column++)
      data[row * width + column] = mask.data[line + columns.sources[column]];
  }
  return { x: columns.first, y: rows.first, width, height, data };
}

/** Finds the output positions whose input lies within a box, which follow each other, and these inputs. */
function sourcesWithin(oldSize: number, size: number, start: number, length: number) {
  const positions = Int32Array.from({ length: oldSize }, (_, i) => i);
  const indices = resizeLabels(positions, [1, oldSize], [1, size]);
  let first = 0;
  while (first < size && indices[first] < start) first++;
  let end = first;
  while (end < size && indices[end] < start + length) end++;
  return { first, sources: indices.subarray(first, end) };
}

/** Paints a mask into one value a pixel of an image that is `imageWidth` wide. */
export function paintMask(
  target: { [index: number]: number; readonly length: number },
  imageWidth: number,
  { x, y, width, height, data }: BoxMask,
  value: number,
  offset = 0,
): void {
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i++) {
      if (data[i] === 1) target[offset + (y + row) * imageWidth + x + column] = value;
    }
  }
}

/** Takes the pixels of another mask out of a mask. */
export function subtractMask(mask: BoxMask, other: BoxMask): BoxMask {
  const common = cropBoxMask(other, mask, { shift: false });
  const data = mask.data.slice();
  for (let row = 0, i = 0; row < common.height; row++) {
    for (let column = 0; column < common.width; column++, i++) {
      if (common.data[i] === 1) data[(common.y - mask.y + row) * mask.width + common.x - mask.x + column] = 0;
    }
  }
  return { ...mask, data };
}
