/** Pillow's filters by name. `nearest` takes one pixel; the others weigh those within their support. */
export type ResizeFilter = 'nearest' | 'box' | 'bilinear' | 'hamming' | 'bicubic' | 'lanczos';

/** Filters by Pillow's numbers, which Hugging Face's configs have as `resample`. */
export const PILLOW_FILTERS: readonly ResizeFilter[] = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'];

/** Weight at a distance, and the distance from which it is zero, both in input pixels where nothing shrinks. */
export type FilterKernel = { support: number; weight(distance: number): number };

/** Slope of the bicubic filter at 1 (Keys 1981; Pillow has −½, OpenCV −¾). */
const BICUBIC_SLOPE = -0.5;

// Of Hamming's window, in single precision as Pillow has them.
const [HAMMING_MEAN, HAMMING_SWING] = [Math.fround(0.54), Math.fround(0.46)];

/** Filters that weigh (Pillow 12, `Resample.c`). */
export const KERNELS: Readonly<Record<Exclude<ResizeFilter, 'nearest'>, FilterKernel>> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: { support: 1, weight: hamming },
  bicubic: { support: 2, weight: bicubic },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

function hamming(x: number): number {
  return Math.abs(x) >= 1 ? 0 : sinc(x) * (HAMMING_MEAN + HAMMING_SWING * Math.cos(x * Math.PI));
}

function bicubic(distance: number): number {
  const [x, a] = [Math.abs(distance), BICUBIC_SLOPE];
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}
