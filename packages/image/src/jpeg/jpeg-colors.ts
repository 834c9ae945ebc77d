import type { JpegComponent } from './jpeg-header.ts';

/** One component at the resolution it was stored with. */
type Plane = { data: Uint8Array; width: number; height: number };

/**
 * YCbCr to RGB in place, with chroma interpolated as libjpeg does by default ("fancy upsampling": a triangle filter,
 * Pillow's and OpenCV's too) and its fixed-point colors, instead of repeating chroma in squares.
 *
 * @param pixels [H · W · 3] Y, Cb and Cr, chroma repeated to full size
 */
export function convertToRgb(pixels: Uint8Array, width: number, height: number, components: JpegComponent[]): void {
  const [blue, red] = [1, 2].map((c) => smoothChroma(pixels, width, height, c, components));
  for (let i = 0; i < width * height; i++) {
    const [y, cb, cr] = [pixels[3 * i], blue[i] - 128, red[i] - 128];
    pixels[3 * i] = clamp(y + ((91881 * cr + 32768) >> 16)); // 1.402 · 2^16, rounded, and so on
    pixels[3 * i + 1] = clamp(y + ((-22554 * cb - 46802 * cr + 32768) >> 16));
    pixels[3 * i + 2] = clamp(y + ((116130 * cb + 32768) >> 16));
  }
}

/** One chroma component at full size: interpolated where it has half the samples of luma, as it is otherwise. */
function smoothChroma(
  pixels: Uint8Array,
  width: number,
  height: number,
  component: number,
  components: JpegComponent[],
): Uint8Array {
  const [across, down] = (['across', 'down'] as const).map((axis) => components[0][axis] / components[component][axis]);
  const plane = pickPlane(pixels, width, height, component, across, down);
  if (across !== 2 || down > 2 || plane.width <= 2) return pickPlane(pixels, width, height, component, 1, 1).data;
  return down === 2 ? doubleBoth(plane, width, height) : doubleColumns(plane, width, height);
}

function pickPlane(pixels: Uint8Array, width: number, height: number, c: number, across: number, down: number): Plane {
  const [columns, rows] = [Math.ceil(width / across), Math.ceil(height / down)];
  const data = new Uint8Array(columns * rows);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) data[y * columns + x] = pixels[3 * (y * down * width + x * across) + c];
  }
  return { data, width: columns, height: rows };
}

/** Each output column is ¾ of the nearer and ¼ of the further sample (libjpeg, `h2v1_fancy_upsample`). */
function doubleColumns({ data, width: columns }: Plane, width: number, height: number): Uint8Array {
  const result = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const near = y * columns + (x >> 1);
      const isEdge = x === 0 || x === 2 * columns - 1;
      const far = isEdge ? near : near + (x & 1 ? 1 : -1);
      result[y * width + x] = (3 * data[near] + data[far] + (x & 1 ? 2 : 1)) >> 2;
    }
  }
  return result;
}

/** The same in both directions, rounded once (libjpeg, `h2v2_fancy_upsample`). */
function doubleBoth({ data, width: columns, height: rows }: Plane, width: number, height: number): Uint8Array {
  const result = new Uint8Array(width * height);
  const sums = new Int32Array(columns);
  for (let y = 0; y < height; y++) {
    const near = y >> 1;
    const far = Math.max(0, Math.min(rows - 1, near + (y & 1 ? 1 : -1)));
    for (let x = 0; x < columns; x++) sums[x] = 3 * data[near * columns + x] + data[far * columns + x];
    for (let x = 0; x < width; x++) {
      const column = x >> 1;
      const other = Math.max(0, Math.min(columns - 1, column + (x & 1 ? 1 : -1)));
      result[y * width + x] = (3 * sums[column] + sums[other] + (x & 1 ? 7 : 8)) >> 4;
    }
  }
  return result;
}

function clamp(value: number): number {
  return Math.max(0, Math.min(255, value));
}
