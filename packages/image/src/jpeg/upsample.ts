import type { Plane } from './inverse-dct.ts';

/** Gives row y of a component at the picture's size. The array holds it until the next call. */
export type RowReader = (y: number) => Uint8Array;

/**
 * Brings a component to the picture's size, row by row, as libjpeg does by default: halves are interpolated by a
 * triangle, ("fancy upsampling": ¾ of the nearer and ¼ of the further sample), other fractions repeat samples.
 *
 * @param across Samples of the picture to one of the component
 * @param width Of the picture
 */
export function rowReader(plane: Plane, across: number, down: number, width: number): RowReader {
  const { samples, stride } = plane;
  const row = new Uint8Array(width + across);
  const isWide = plane.width > 2; // libjpeg's condition: narrower components are repeated
  if (across === 1 && down === 1) return (y) => samples.subarray(y * stride, y * stride + width);
  if (across === 1 && down === 2) return (y) => interpolateRows(plane, y, row);
  if (across === 2 && down === 1 && isWide) return (y) => interpolateColumns(plane, y, row);
  if (across === 2 && down === 2 && isWide) {
    const sums = new Int32Array(plane.width);
    return (y) => interpolateBoth(plane, y, row, sums);
  }
  return (y) => {
    const from = Math.floor(y / down) * stride;
    for (let x = 0; x < width; x++) row[x] = samples[from + Math.floor(x / across)];
    return row;
  };
}

/** Row above for the upper half of a sample, below for the lower; the picture's own where there is none. */
function otherRow({ height }: Plane, y: number): number {
  return Math.max(0, Math.min(height - 1, (y >> 1) + (y & 1 ? 1 : -1)));
}

/** 4:4:0 (`h1v2_fancy_upsample`). */
function interpolateRows(plane: Plane, y: number, row: Uint8Array): Uint8Array {
  const { samples, stride, width } = plane;
  const [near, far] = [(y >> 1) * stride, otherRow(plane, y) * stride];
  const bias = y & 1 ? 2 : 1;
  for (let x = 0; x < width; x++) row[x] = (3 * samples[near + x] + samples[far + x] + bias) >> 2;
  return row;
}

/** 4:2:2 (`h2v1_fancy_upsample`). */
function interpolateColumns({ samples, stride, width }: Plane, y: number, row: Uint8Array): Uint8Array {
  const from = y * stride;
  for (let x = 0; x < width; x++) {
    const near = 3 * samples[from + x];
    row[2 * x] = x === 0 ? samples[from] : (near + samples[from + x - 1] + 1) >> 2;
    row[2 * x + 1] = x === width - 1 ? samples[from + x] : (near + samples[from + x + 1] + 2) >> 2;
  }
  return row;
}

/** 4:2:0, rounded once (`h2v2_fancy_upsample`). */
function interpolateBoth(plane: Plane, y: number, row: Uint8Array, sums: Int32Array): Uint8Array {
  const { samples, stride, width } = plane;
  const [near, far] = [(y >> 1) * stride, otherRow(plane, y) * stride];
  for (let x = 0; x < width; x++) sums[x] = 3 * samples[near + x] + samples[far + x];
  for (let x = 0; x < width; x++) {
    const sum = 3 * sums[x];
    row[2 * x] = (sum + sums[Math.max(0, x - 1)] + 8) >> 4;
    row[2 * x + 1] = (sum + sums[Math.min(width - 1, x + 1)] + 7) >> 4;
  }
  return row;
}
