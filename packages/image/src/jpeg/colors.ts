import type { RowReader } from './upsample.ts';

/** Meaning of the components of a JPEG. */
export type JpegColors = 'gray' | 'YCbCr' | 'RGB' | 'CMYK' | 'YCCK';

/** Identification of a JPEG's colors outside its components. */
export type ColorMarks = {
  /** Set by a JFIF segment, which promises gray or YCbCr. */
  isJfif: boolean;
  /** Adobe's color transform (0 none, 1 YCbCr, 2 YCCK), null without an Adobe segment. */
  adobeTransform: number | null;
};

/** Guesses the colors as libjpeg does (`default_decompress_parms`). @returns null for a number that has no colors */
export function colorsOf(ids: readonly number[], { isJfif, adobeTransform }: ColorMarks): JpegColors | null {
  if (ids.length === 1) return 'gray';
  if (ids.length === 4) return adobeTransform === null || adobeTransform === 0 ? 'CMYK' : 'YCCK';
  if (ids.length !== 3) return null;
  if (isJfif) return 'YCbCr';
  if (adobeTransform !== null) return adobeTransform === 0 ? 'RGB' : 'YCbCr';
  return String.fromCharCode(...ids) === 'RGB' ? 'RGB' : 'YCbCr';
}

/** Converts rows of components to RGB [height, width, 3], as libjpeg and Pillow do. */
export function toRgb(rows: readonly RowReader[], colors: JpegColors, width: number, height: number): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  const convert = CONVERSIONS[colors];
  for (let y = 0; y < height; y++) {
    convert(
      rows.map((row) => row(y)),
      rgb.subarray(3 * y * width, 3 * (y + 1) * width),
    );
  }
  return rgb;
}

type Convert = (components: readonly Uint8Array[], rgb: Uint8Array) => void;

const CONVERSIONS: Readonly<Record<JpegColors, Convert>> = {
  gray: ([gray], rgb) => {
    for (let i = 0, x = 0; i < rgb.length; x++) rgb[i++] = rgb[i++] = rgb[i++] = gray[x];
  },
  RGB: ([red, green, blue], rgb) => {
    for (let i = 0, x = 0; i < rgb.length; x++) {
      rgb[i++] = red[x];
      rgb[i++] = green[x];
      rgb[i++] = blue[x];
    }
  },
  YCbCr: yccToRgb,
  CMYK: (inks, rgb) => inksToRgb(inks, rgb, false),
  YCCK: (inks, rgb) => {
    yccToRgb(inks, rgb);
    inksToRgb(inks, rgb, true);
  },
};

// 1.402, 0.34414, 0.71414 and 1.772 in 65536ths, rounded (JFIF 1.02; libjpeg, jdcolor.c).
const [RED_OF_CR, GREEN_OF_CB, GREEN_OF_CR, BLUE_OF_CB] = [91881, 22554, 46802, 116130];

/** One half in 65536ths. */
const HALF = 32768;

function yccToRgb([luma, blueness, redness]: readonly Uint8Array[], rgb: Uint8Array): void {
  for (let i = 0, x = 0; i < rgb.length; i += 3, x++) {
    const y = luma[x];
    const cb = blueness[x] - 128;
    const cr = redness[x] - 128;
    rgb[i] = clamp(y + ((RED_OF_CR * cr + HALF) >> 16));
    rgb[i + 1] = clamp(y + ((HALF - GREEN_OF_CB * cb - GREEN_OF_CR * cr) >> 16));
    rgb[i + 2] = clamp(y + ((BLUE_OF_CB * cb + HALF) >> 16));
  }
}

/**
 * Multiplies each ink by black (Pillow, `cmyk2rgb`), all taken as inverted, as Adobe stores them and Pillow always
 * assumes. The inks of YCCK stand in `rgb`, as their complements.
 */
function inksToRgb(inks: readonly Uint8Array[], rgb: Uint8Array, isYcck: boolean): void {
  const black = inks[3];
  for (let i = 0, x = 0; i < rgb.length; i += 3, x++) {
    for (let c = 0; c < 3; c++) {
      const ink = isYcck ? rgb[i + c] : 255 - inks[c][x];
      const product = ink * black[x] + 128;
      rgb[i + c] = clamp(black[x] - ((product + (product >> 8)) >> 8));
    }
  }
}

function clamp(value: number): number {
  return Math.max(0, Math.min(255, value));
}
