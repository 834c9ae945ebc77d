import { FormatError } from '@seg/checkpoint/safetensors';
import type { MaskTargets, Size } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import { type Inside, readRegion } from './region-formula.ts';
import { RegionTokens } from './region-tokens.ts';

/** An object of an image: its label, and its pixels by formula. */
export type Region = { label: number; inside: Inside };

/**
 * Reads the targets of a training case, one text per image: `image 0: label 1: x<40 and y<30; label 3: D(60,20,324)`.
 * The word `label` may be left out, and something in parentheses may follow the number of the image. An image without
 * objects ends behind its colon.
 *
 * @param where Names the file in errors
 * @throws FormatError naming the image and the word that does not fit
 */
export function parseTargets(where: string, texts: readonly string[]): Region[][] {
  return texts.map((text, image) => {
    const [head] = /^\s*image\s+(\d+)\s*(?:\([^)]*\)\s*)?:/.exec(text) ?? [];
    if (head === undefined || Number(/\d+/.exec(head)?.[0]) !== image) {
      const got = JSON.stringify(text.slice(0, 40));
      throw new FormatError(`${where}: expected "image ${image}: …" as targets[${image}], got ${got}`);
    }
    return readRegions(new RegionTokens(`${where}: targets[${image}]`, text.slice(head.length)));
  });
}

function readRegions(tokens: RegionTokens): Region[] {
  const regions: Region[] = [];
  while (tokens.peek() !== undefined) {
    if (regions.length > 0) tokens.expect(';');
    tokens.take('label');
    const label = tokens.number();
    if (!Number.isInteger(label)) throw tokens.fault(`a whole number as a label, not ${label},`);
    tokens.expect(':');
    regions.push({ label, inside: readRegion(tokens) });
  }
  return regions;
}

/**
 * Draws targets.
 *
 * @param firstLabel Label of class 0
 * @returns One target set per image; the caller disposes the masks
 * @throws FormatError naming a label beyond the classes
 */
export function drawTargets(
  where: string,
  images: readonly Region[][],
  [height, width]: Size,
  { firstLabel, numClasses }: { firstLabel: number; numClasses: number },
): MaskTargets[] {
  for (const { label } of images.flat()) {
    if (label < firstLabel || label >= firstLabel + numClasses) {
      const range = `${firstLabel} to ${firstLabel + numClasses - 1}`;
      throw new FormatError(`${where}: expected labels ${range} in targets, got ${label}`);
    }
  }
  return images.map((regions) => ({
    classes: Int32Array.from(regions, ({ label }) => label - firstLabel),
    masks: tf.tensor3d(drawMasks(regions, height, width), [regions.length, height, width]),
  }));
}

/** [T, H, W] of zeros and ones. */
function drawMasks(regions: readonly Region[], height: number, width: number): Float32Array {
  const masks = new Float32Array(regions.length * height * width);
  for (const [t, { inside }] of regions.entries()) {
    for (let i = 0; i < height * width; i++) {
      if (inside(i % width, Math.floor(i / width))) masks[t * height * width + i] = 1;
    }
  }
  return masks;
}
