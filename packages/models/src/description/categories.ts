import type { Category } from '@seg/image';

import { ADE20K, CITYSCAPES, CITYSCAPES_INSTANCE, COCO_INSTANCE, COCO_PANOPTIC } from './data-set-categories.ts';

const KNOWN = [COCO_PANOPTIC, COCO_INSTANCE, ADE20K, CITYSCAPES, CITYSCAPES_INSTANCE];

/**
 * Categories from the names of a Hugging Face config, which says nothing of things and stuff. A published data set is
 * recognized by its names, at their places: more than half of them, since publishers spell some differently. In all
 * other sets every class counts as a thing, and ids count from 1.
 */
export function categoriesFromLabels(labels: Record<string, string>): Category[] {
  const count = Object.keys(labels).length;
  const known = KNOWN.find((set) => set.length === count && namesAgree(set, labels));
  return Array.from({ length: count }, (_, index) => ({
    id: known?.[index].id ?? index + 1,
    name: labels[index] ?? `class ${index}`,
    isThing: known?.[index].isThing ?? true,
  }));
}

function namesAgree(set: readonly Category[], labels: Record<string, string>): boolean {
  const agreeing = set.filter(({ name }, index) => firstName(name) === firstName(labels[index] ?? ''));
  return agreeing.length > set.length / 2;
}

/** The first of several synonyms: ADE20K's names are lists such as `building, edifice`. */
function firstName(name: string): string {
  return name.split(/[,;]/)[0].trim().toLowerCase();
}
