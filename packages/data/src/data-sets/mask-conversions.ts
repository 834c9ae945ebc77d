import type { Category } from '@seg/image';
import { expectSegments } from '../expect-sample.ts';
import { maskArea, paintMask } from '../masks/box-mask.ts';
import { labelMasks } from '../masks/label-masks.ts';
import { MaskRoom } from '../masks/mask-room.ts';
import type { MaskDataset, MaskSample } from './mask-sample.ts';
import type { PanopticDataset, PanopticSample } from './panoptic-sample.ts';

/**
 * Turns a map of segment ids into a stack of masks.
 *
 * @param categories Class k is `categories[k]`
 * @throws RangeError at a category that is not among them
 */
export function toMaskSample(sample: PanopticSample, categories: readonly Pick<Category, 'id'>[]): MaskSample {
  expectSegments('toMaskSample', sample);
  const { name, image, ids, segments } = sample;
  const masks = labelMasks(ids, [image.height, image.width], new MaskRoom(name));
  const classes = new Map(categories.map(({ id }, index) => [id, index]));
  return {
    name,
    image,
    segments: segments.flatMap(({ id, category_id, iscrowd }) => {
      const category = classes.get(category_id);
      if (category === undefined) {
        throw new RangeError(`toMaskSample: expected a category of the data set in ${name}, got ${category_id}`);
      }
      const mask = masks.get(id);
      return mask === undefined ? [] : [{ mask, category, isCrowd: iscrowd === 1 }];
    }),
    unknown: masks.get(0) ?? null,
  };
}

/**
 * Turns a stack of masks into a map of segment ids, 1 to T in the order of the segments. Where masks overlap, the smaller one
 * is on top; segments that vanish under others are left out.
 */
export function toPanopticSample(sample: MaskSample, categories: readonly Pick<Category, 'id'>[]): PanopticSample {
  expectSegments('toPanopticSample', sample);
  const { name, image, segments } = sample;
  const ids = new Int32Array(image.width * image.height);
  const order = segments
    .map(({ mask }, i) => ({ i, area: maskArea(mask) }))
    .sort((a, b) => b.area - a.area || a.i - b.i);
  for (const { i } of order) paintMask(ids, image.width, segments[i].mask, i + 1);
  const painted = new Set(ids);
  return {
    name,
    image,
    ids,
    segments: segments.flatMap(({ category, isCrowd }, i) =>
      painted.has(i + 1) ? [{ id: i + 1, category_id: categories[category].id, iscrowd: isCrowd ? 1 : 0 }] : [],
    ),
  };
}

/** Shows a data set of id maps, generated scenes for one, as one of masks. */
export function asMaskDataset(dataset: PanopticDataset): MaskDataset {
  const { categories, length } = dataset;
  return {
    task: 'panoptic',
    categories,
    length,
    name: (index) => String(index),
    read: async (index) => toMaskSample(await dataset.read(index), categories),
  };
}
