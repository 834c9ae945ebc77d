import type { RgbImage } from './rgb-image.ts';

/**
 * Turns and mirrors an image so that it stands upright.
 *
 * @param orientation EXIF's 1 to 8: the corner of the scene that the first row and column show (EXIF 2.32, 4.6.4 A)
 */
export function orient(image: RgbImage, orientation: number): RgbImage {
  if (orientation === 1) return image;
  const { data, width, height } = image;
  const swapsSides = orientation >= 5;
  const [newWidth, newHeight] = swapsSides ? [height, width] : [width, height];
  const upright = new Uint8Array(data.length);
  for (let y = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++) {
      const source = 3 * sourceIndex(orientation, x, y, width, height);
      const target = 3 * (y * newWidth + x);
      for (let c = 0; c < 3; c++) upright[target + c] = data[source + c];
    }
  }
  return { data: upright, width: newWidth, height: newHeight };
}

/** Index of the stored pixel that shows the upright pixel (x, y). */
function sourceIndex(orientation: number, x: number, y: number, width: number, height: number): number {
  const [column, row] = orientation >= 5 ? [y, x] : [x, y];
  const mirrorsColumns = orientation === 2 || orientation === 3 || orientation === 7 || orientation === 8;
  const mirrorsRows = orientation === 3 || orientation === 4 || orientation === 6 || orientation === 7;
  return (mirrorsRows ? height - 1 - row : row) * width + (mirrorsColumns ? width - 1 - column : column);
}
