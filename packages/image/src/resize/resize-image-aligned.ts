import { expectImage } from '../expect-image.ts';
import type { FloatImage, ImageSize, RgbImage } from '../rgb-image.ts';
import { checkSize } from './resize-labels.ts';

/**
 * Bilinear resize of RGB with the centers of the corner pixels kept, to values that are not rounded: TensorFlow's
 * `resize_bilinear(..., align_corners=True)`, which is what deeplab2 feeds its networks.
 *
 * @param size Height and width of the result, at least 1
 */
export function resizeImageAligned(image: RgbImage, size: ImageSize): FloatImage {
  expectImage('resizeImageAligned', image);
  const { data, width: oldWidth, height: oldHeight } = image;
  checkSize('resizeImageAligned', size);
  const [height, width] = size;
  const result = new Float32Array(height * width * 3);
  const columns = alignedPositions(oldWidth, width);
  const rows = alignedPositions(oldHeight, height);
  for (let y = 0, i = 0; y < height; y++) {
    const top = 3 * Math.floor(rows[y]) * oldWidth;
    const bottom = 3 * Math.min(oldHeight - 1, Math.floor(rows[y]) + 1) * oldWidth;
    const down = rows[y] - Math.floor(rows[y]);
    for (let x = 0; x < width; x++) {
      const left = 3 * Math.floor(columns[x]);
      const right = 3 * Math.min(oldWidth - 1, Math.floor(columns[x]) + 1);
      const across = columns[x] - Math.floor(columns[x]);
      for (let c = 0; c < 3; c++, i++) {
        const above = data[top + left + c] + (data[top + right + c] - data[top + left + c]) * across;
        const below = data[bottom + left + c] + (data[bottom + right + c] - data[bottom + left + c]) * across;
        result[i] = above + (below - above) * down;
      }
    }
  }
  return { data: result, width, height };
}

/** Computes the place of each output among the inputs, in single precision as TensorFlow has it. */
function alignedPositions(oldSize: number, size: number): Float32Array {
  const step = size > 1 ? Math.fround((oldSize - 1) / (size - 1)) : Math.fround(oldSize / size);
  return Float32Array.from({ length: size }, (_, i) => Math.min(oldSize - 1, i * step));
}
