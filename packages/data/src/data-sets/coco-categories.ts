import { type Category, type Color, segmentColors } from '@seg/image';

import type { CocoPanopticCategory } from './coco-panoptic-json.ts';

/** Writes categories as COCO's panoptic files have them. Those without a color get the one that drawings give them. */
export function toCocoCategories(categories: readonly Category[]): CocoPanopticCategory[] {
  const own = categories.map(({ color }) => color);
  const drawn = segmentColors(
    categories.map(({ isThing }, index) => ({ id: index, category: index, isThing })),
    own,
  );
  return categories.map(({ id, name, isThing }, index) => ({
    id,
    name,
    isthing: isThing ? 1 : 0,
    color: drawn.get(index) as Color,
    supercategory: isThing ? 'thing' : 'stuff',
  }));
}

/** Reads categories of a COCO panoptic file. */
export function fromCocoCategories(categories: readonly CocoPanopticCategory[]): Category[] {
  return categories.map(({ id, name, isthing, color }) => ({ id, name, isThing: isthing === 1, color }));
}
