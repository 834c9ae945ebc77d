import type { MaskTargets } from '@seg/core';
import type { Category } from '@seg/image';
import * as tf from '@tensorflow/tfjs-core';

import type { PanopticSample } from '../data-sets/panoptic-sample.ts';
import { expectSegments } from '../expect-sample.ts';

/**
 * Ground truth as a criterion wants it: the class and the mask of every segment that is not a crowd. Segments that a
 * crop has emptied stay, as masks of zeros (Mask2Former's panoptic mapper).
 *
 * @param categories Class k is `categories[k]`
 * @returns T classes and masks [T, H, W]
 * @throws RangeError at a category that is not among them
 */
export function toTargets(
  sample: Pick<PanopticSample, 'ids' | 'segments' | 'image' | 'name'>,
  categories: readonly Pick<Category, 'id'>[],
): MaskTargets {
  expectSegments('toTargets', sample);
  const { ids, segments, image, name } = sample;
  const single = segments.filter(({ iscrowd }) => iscrowd !== 1);
  const classes = Int32Array.from(single, ({ category_id }) => {
    const index = categories.findIndex(({ id }) => id === category_id);
    if (index < 0) throw new RangeError(`toTargets: expected a category of the model in ${name}, got ${category_id}`);
    return index;
  });
  const rows = new Map(single.map(({ id }, row) => [id, row]));
  const masks = new Float32Array(single.length * ids.length);
  for (let i = 0; i < ids.length; i++) {
    const row = rows.get(ids[i]);
    if (row !== undefined) masks[row * ids.length + i] = 1;
  }
  return { classes, masks: tf.tensor3d(masks, [single.length, image.height, image.width]) };
}
