import type { CocoAnnotation } from './coco-types.ts';
import type { DetectionParameters } from './parameters.ts';

/**
 * True if an object counts at all by its area. lvis-api asks for objects through `get_ann_ids`, which keeps areas above
 * 0 and below infinity, so NaN neither; pycocotools keeps all.
 */
export function isThere(area: number, rules: DetectionParameters['rules']): boolean {
  return rules !== 'lvis' || (area > 0 && area < Infinity);
}

/** The annotations that are there; one without an area is, so that it is refused where it is read. */
export function thereOf(
  annotations: readonly CocoAnnotation[],
  rules: DetectionParameters['rules'],
): readonly CocoAnnotation[] {
  if (rules !== 'lvis') return annotations;
  return annotations.filter(({ area }) => typeof area !== 'number' || isThere(area, rules));
}
