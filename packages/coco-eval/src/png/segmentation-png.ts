import { type IdRuns, IdRunsBuilder } from '../panoptic/id-runs.ts';
import { decodePng, type Inflate, inflatePng } from './decode-png.ts';
import { unfilterRuns } from './unfilter-runs.ts';

/**
 * Segment ids of a panoptic PNG, as runs: `toIds()` gives them pixel by pixel, `PanopticQuality` takes them as they are.
 *
 * @throws unless it is RGB or RGBA of 8 bits; a palette or grey is refused
 */
export function readPanopticPng(file: Uint8Array, inflate: Inflate): IdRuns {
  const { format, filtered } = inflatePng(file, inflate);
  const { width, height, channels, depth } = format;
  if (channels < 3 || depth !== 8) {
    throw new TypeError(`readPanopticPng: expected RGB of 8 bits, got ${channels} channels of ${depth} bits`);
  }
  const builder = new IdRunsBuilder(width, height, 0xffffff);
  unfilterRuns({ filtered, width, height, channels: channels as 3 | 4 }, builder);
  return builder.runs();
}

/** A map of class labels, [height, width]. */
export type LabelMap = { width: number; height: number; labels: Uint8Array | Uint16Array };

/** Labels of a label-map PNG: grey of 8 or 16 bits, or the indices of a palette. @throws at colors */
export function readLabelPng(file: Uint8Array, inflate: Inflate): LabelMap {
  const { width, height, channels, data } = decodePng(file, inflate);
  if (channels !== 1) throw new TypeError(`readLabelPng: expected one channel of labels, got ${channels}`);
  return { width, height, labels: data };
}
