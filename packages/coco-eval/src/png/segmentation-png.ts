import { type IdRuns, IdRunsBuilder } from '../panoptic/id-runs.ts';
import { expectResult } from '../state/expect-value.ts';
import { decodePng, type Inflate, inflatePng, type PngImage, pngImage } from './decode-png.ts';
import { unfilterRuns } from './unfilter-runs.ts';

/**
 * Segment ids of a panoptic PNG, as runs: `toIds()` gives them pixel by pixel, `PanopticQuality` takes them as they are.
 *
 * @throws unless it is RGB or RGBA of 8 bits; a palette or gray is refused
 */
export function readPanopticPng(file: Uint8Array, inflate: Inflate): IdRuns {
  const png = inflatePng(file, inflate);
  const { width, height, channels, depth, interlaced } = png.header;
  if (channels < 3 || depth !== 8) {
    throw new TypeError(`readPanopticPng: expected RGB of 8 bits, got ${channels} channels of ${depth} bits`);
  }
  const builder = new IdRunsBuilder(width, height, 0xffffff);
  if (interlaced) addPixels(pngImage(png), builder);
  else unfilterRuns({ filtered: png.filtered, width, height, channels: channels as 3 | 4 }, builder);
  return builder.runs();
}

function addPixels({ samples, width, height, channels }: PngImage, builder: IdRunsBuilder): void {
  const row = new Int32Array(width);
  for (let y = 0, k = 0; y < height; y++) {
    for (let x = 0; x < width; x++, k += channels) row[x] = samples[k] | (samples[k + 1] << 8) | (samples[k + 2] << 16);
    builder.addRow(row);
  }
}

/** A map of class labels, [height, width]. */
export type LabelMap = { width: number; height: number; labels: Uint8Array | Uint16Array };

/** Labels of a label-map PNG. @throws as labelsOf */
export function readLabelPng(file: Uint8Array, inflate: Inflate): LabelMap {
  return labelsOf(decodePng(file, inflate));
}

/**
 * The labels of a PNG, what Pillow and numpy make of it (`np.asarray(Image.open(file))`): the indices of a palette, gray
 * of 1, 8 or 16 bits as it is, and gray of 2 or 4 bits stretched to 255, as Pillow stretches it.
 *
 * @throws at colors, or an alpha channel
 */
export function labelsOf(image: PngImage): LabelMap {
  expectResult('labelsOf', image, 'width', 'height', 'channels', 'depth', 'colorType', 'samples');
  const { width, height, channels, depth, colorType, samples } = image;
  if (channels !== 1) throw new TypeError(`readLabelPng: expected one channel of labels, got ${channels}`);
  const isStretched = colorType === 0 && (depth === 2 || depth === 4);
  return { width, height, labels: isStretched ? samples.map((sample) => sample * (depth === 2 ? 85 : 17)) : samples };
}
