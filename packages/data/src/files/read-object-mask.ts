import { FormatError } from '@seg/checkpoint/safetensors';
import { decodePng, type PngImage } from '@seg/coco-eval/png';
import { readImageHeader } from '@seg/image';
import { readBytes } from '@seg/image/node';

import { type PaintedLabels, readColors } from './read-labels.ts';

/** First bytes of a PNG (PNG, §5.2). */
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47];

/** Color type of pixels that are indices of a palette (PNG, §11.2.1). */
const PALETTE = 3;

/** Share of the largest value from which on a pixel is the object's, one half: edges of drawn masks are soft. */
const SOLID = 0.5;

/**
 * Reads the mask of one object, as 0 and 1: what is bright on black, 1 as well as 255, of any depth; or what is opaque, where
 * parts of the picture are transparent.
 *
 * @throws FormatError where brightness and transparency say different things
 */
export async function readObjectMask(file: string): Promise<PaintedLabels> {
  const bytes = await readBytes(file);
  if (!SIGNATURE.every((byte, i) => bytes[i] === byte)) {
    const { labels, size } = await readColors(file);
    return { size, labels: solid(Array.from(labels, brightest)) };
  }
  await readImageHeader(bytes, file); // checks the size before pixels are inflated
  const png = await decodePng(bytes).catch((error: unknown) => {
    throw new FormatError(`${file}: ${(error as Error).message}`, { cause: error });
  });
  return { size: [png.height, png.width], labels: marksOf(png, file) };
}

function marksOf(png: PngImage, file: string): Uint8Array {
  const [bright, alpha] = [solid(brightnessOf(png)), alphaOf(png)];
  if (alpha === null) return bright;
  const opaque = solid(alpha);
  if (!opaque.includes(0)) return bright;
  const seen = new Set(bright.filter((_, i) => opaque[i] === 1));
  if (seen.size < 2) return opaque;
  throw new FormatError(`${file}: expected a mask in black and white, or in what is opaque, got both`);
}

/** Marks what has more than half of the largest value. */
function solid(values: ArrayLike<number>): Uint8Array {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]);
  return Uint8Array.from(values, (value) => (value > SOLID * most ? 1 : 0));
}

const brightest = (color: number) => Math.max(color >> 16, (color >> 8) & 0xff, color & 0xff);

/** Brightest channel of each pixel. Where a palette has black alone, as tools of labels write it, indices count. */
function brightnessOf({ samples, channels, colorType, palette = new Uint8Array(0) }: PngImage): ArrayLike<number> {
  if (colorType === PALETTE) {
    if (!palette.some((value) => value > 0)) return samples;
    return samples.map((index) => Math.max(...palette.subarray(3 * index, 3 * index + 3), 0));
  }
  const colors = channels < 3 ? 1 : 3;
  return Uint16Array.from({ length: samples.length / channels }, (_, i) =>
    Math.max(...samples.subarray(channels * i, channels * i + colors)),
  );
}

/** Opacity of each pixel; null of a picture that has none. */
function alphaOf({ samples, channels, colorType, transparency }: PngImage): ArrayLike<number> | null {
  if (channels === 2 || channels === 4) {
    return Uint16Array.from({ length: samples.length / channels }, (_, i) => samples[channels * (i + 1) - 1]);
  }
  if (colorType !== PALETTE || transparency === undefined) return null;
  return samples.map((index) => transparency[index] ?? 255);
}
