import path from 'node:path';
import { makeFolder, writeFileAtomic } from '@seg/checkpoint/node';
import { type MaskSample, toPanopticSample } from '@seg/data';
import { type Category, drawOverlay, encodePng, type RgbImage, type SegmentMap } from '@seg/image';
import { type InstanceList, isInside, measureSegments } from '@seg/postprocess';

import type { SeenImage } from '../measure/measurement.ts';

/** Least score of an instance that is drawn: those below are guesses that COCO's AP asks for. */
const LEAST_SCORE = 0.5;

/**
 * Draws an image of a validation, the truth beside what was found: `FOLDER/NUMBER-NAME.png`. The number keeps images of the
 * same name in several folders apart.
 *
 * @param index Place of the image in its data set, counted from 0
 */
export async function writeValidationPicture(
  folder: string,
  { sample, found }: SeenImage,
  index: number,
  categories: readonly Category[],
): Promise<void> {
  const truth = drawOverlay(sample.image, truthMap(sample, categories), categories);
  const seen = drawOverlay(sample.image, 'instances' in found ? laidOut(found, categories) : found, categories);
  await makeFolder(folder);
  const name = `${String(index + 1).padStart(2, '0')}-${fileName(sample.name)}.png`;
  await writeFileAtomic(path.join(folder, name), await encodePng(beside(truth, seen)));
}

/** Characters of a name that are kept, its last ones: file systems take 255 bytes, and a character may have four. */
const LONGEST = 48;

/** Letters, digits and what is harmless on every system; all else is a line below. */
function fileName(name: string): string {
  const harmless = name.replace(/\.[^./\\]+$/, '').replace(/[^\p{L}\p{N} ._-]/gu, '_');
  return [...harmless].slice(-LONGEST).join('');
}

function truthMap(sample: MaskSample, categories: readonly Category[]): SegmentMap {
  const { image, ids, segments } = toPanopticSample(sample, categories);
  const classes = new Map(categories.map(({ id }, k) => [id, k]));
  const claims = segments.map(({ id, category_id }) => {
    const category = classes.get(category_id)!;
    return { id, category, isThing: categories[category].isThing, score: 1 };
  });
  return { ids, width: image.width, height: image.height, segments: measureSegments(ids, image.width, claims) };
}

/** Instances over each other, the most certain on top. */
function laidOut({ instances, width, height }: InstanceList, categories: readonly Category[]): SegmentMap {
  const shown = instances.filter(({ score, mask }) => score >= LEAST_SCORE && mask.area > 0);
  const ids = new Int32Array(width * height);
  for (let k = shown.length - 1; k >= 0; k--) {
    for (let i = 0; i < ids.length; i++) if (isInside(shown[k].mask, i)) ids[i] = k + 1;
  }
  const claims = shown.map(({ category, score }, k) => ({
    id: k + 1,
    category,
    isThing: categories[category].isThing,
    score,
  }));
  return { ids, width, height, segments: measureSegments(ids, width, claims) };
}

function beside(left: RgbImage, right: RgbImage): RgbImage {
  const width = left.width + right.width;
  const data = new Uint8Array(width * left.height * 3);
  for (let y = 0; y < left.height; y++) {
    data.set(left.data.subarray(3 * y * left.width, 3 * (y + 1) * left.width), 3 * y * width);
    data.set(right.data.subarray(3 * y * right.width, 3 * (y + 1) * right.width), 3 * (y * width + left.width));
  }
  return { data, width, height: left.height };
}
