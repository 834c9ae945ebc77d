import { ADE20K, CITYSCAPES, CITYSCAPES_INSTANCE, COCO_INSTANCE, COCO_PANOPTIC } from './data-set-categories.ts';

/** What a class index means. */
export type Category = {
  /** In the data set's own numbering. */
  id: number;
  name: string;
  /** Countable objects; everything else is stuff. */
  isThing: boolean;
  /** RGB, 0 to 255, for drawings. */
  color?: [number, number, number];
};

const KNOWN = new Map(
  [COCO_PANOPTIC, COCO_INSTANCE, ADE20K, CITYSCAPES, CITYSCAPES_INSTANCE].map((s) => [s.length, s]),
);

/**
 * Categories from the names of a Hugging Face config, which says nothing of things and stuff: COCO's 133 and 80,
 * ADE20K's 150, and Cityscapes' 19 and 8 are known by their number; in all other sets every class counts as a thing.
 */
export function categoriesFromLabels(labels: Record<string, string>): Category[] {
  const count = Object.keys(labels).length;
  const known = KNOWN.get(count);
  return Array.from({ length: count }, (_, index) => ({
    id: known?.[index].id ?? index + 1,
    name: labels[index] ?? `class ${index}`,
    isThing: known?.[index].isThing ?? true,
  }));
}
