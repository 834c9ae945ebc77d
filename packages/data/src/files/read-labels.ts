import { FormatError } from '@seg/checkpoint/safetensors';
import { type Category, type Color, decodeImage, decodeLabelPng, type ImageSize } from '@seg/image';
import { readBytes } from '@seg/image/node';

/** One label a pixel, as a picture has it. */
export type PaintedLabels = { size: ImageSize; labels: ArrayLike<number> };

/** Reads a PNG of label numbers, gray or with a palette. */
export async function readLabels(file: string): Promise<PaintedLabels> {
  const { width, height, labels } = await decodeLabelPng(await readBytes(file), file);
  return { size: [height, width], labels };
}

/** Reads colors as numbers: red · 65536 + green · 256 + blue, of a palette or of each pixel. */
export async function readColors(file: string): Promise<PaintedLabels> {
  const { data, width, height } = await decodeImage(await readBytes(file), file);
  const labels = new Int32Array(width * height);
  for (let i = 0; i < labels.length; i++) labels[i] = (data[3 * i] << 16) | (data[3 * i + 1] << 8) | data[3 * i + 2];
  return { size: [height, width], labels };
}

/** Number of a color, as `readColors` gives it. */
export function colorNumber([red, green, blue]: Color): number {
  return (red << 16) | (green << 8) | blue;
}

/**
 * Reads a picture of colored classes as indices into a list of classes with colors.
 *
 * @param others Colors that mean something else, by their numbers
 * @throws FormatError at a color that is neither
 */
export async function readColoredLabels(
  file: string,
  classes: readonly Category[],
  others: ReadonlyMap<number, number>,
): Promise<PaintedLabels> {
  const { size, labels: colors } = await readColors(file);
  const byColor = new Map([
    ...others,
    ...classes.flatMap(({ color }, index) => (color ? [[colorNumber(color), index] as const] : [])),
  ]);
  const labels = new Int32Array(colors.length);
  for (let i = 0; i < labels.length; i++) {
    const label = byColor.get(colors[i]);
    if (label === undefined) {
      const found = `#${colors[i].toString(16).padStart(6, '0')}`;
      throw new FormatError(`${file}: expected colors of the classes, got ${found}`);
    }
    labels[i] = label;
  }
  return { size, labels };
}
