import { type Color, drawText, measureText, type RgbImage } from '@seg/image';

/** A picture with the line below it. */
export type SheetPicture = { image: RgbImage; caption: string };

/** Colors of the ground and of captions. */
const [GROUND, INK]: [number, Color] = [250, [40, 40, 60]];

/** Pixels between pictures, and below each for its caption. */
const [GAP, CAPTION] = [8, 16];

/** Most pixels of a sheet, as many as `decodeImage` reads back. */
const MOST_PIXELS = 50_000_000;

/**
 * Lays pictures out in columns, each in the middle of a cell as large as the largest.
 *
 * @throws RangeError where the sheet would have more than 50 megapixels
 */
export function contactSheet(pictures: readonly SheetPicture[], columns: number): RgbImage {
  const across = Math.max(1, Math.min(columns, pictures.length));
  const cellWidth = Math.max(1, ...pictures.map(({ image }) => image.width)) + GAP;
  const cellHeight = Math.max(1, ...pictures.map(({ image }) => image.height)) + GAP + CAPTION;
  const width = across * cellWidth + GAP;
  const height = Math.max(1, Math.ceil(pictures.length / across)) * cellHeight + GAP;
  if (width * height > MOST_PIXELS) {
    throw new RangeError(`contactSheet: expected at most 50 megapixels, got ${width}x${height}: show fewer or smaller`);
  }
  const sheet = { data: new Uint8Array(3 * width * height).fill(GROUND), width, height };
  pictures.forEach(({ image, caption }, i) => {
    const left = GAP + (i % across) * cellWidth;
    const top = GAP + Math.floor(i / across) * cellHeight;
    place(sheet, image, left + ((cellWidth - GAP - image.width) >> 1), top);
    const text = shortened(caption, cellWidth - GAP);
    drawText(sheet, text, left, top + cellHeight - GAP - CAPTION + 3, 1, INK);
  });
  return sheet;
}

function place(sheet: RgbImage, { data, width, height }: RgbImage, left: number, top: number): void {
  for (let row = 0; row < height; row++) {
    sheet.data.set(data.subarray(3 * row * width, 3 * (row + 1) * width), 3 * ((top + row) * sheet.width + left));
  }
}

/** The end of a name tells more than its beginning. */
function shortened(text: string, width: number): string {
  let short = text;
  while (short.length > 1 && measureText(short, 1).width > width) short = short.slice(1);
  return short;
}
