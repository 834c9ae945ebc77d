import { encodeRle, formatRle } from '@seg/coco-eval';
import type { Category } from '@seg/image';
import { type Instance, type InstanceList, isInside } from '@seg/postprocess';

/** One line of COCO's detection results (cocodataset.org, "format-results"). */
export type InstanceResult = {
  image_id: number;
  category_id: number;
  score: number;
  /** Id of its object in a video. */
  track_id?: number;
  segmentation: { size: [number, number]; counts: string };
};

/**
 * Instances as COCO's results, masks run-length encoded. There are no boxes: where a result has one, pycocotools measures
 * its area by the box, and masks count as smaller or larger objects than they are. Empty masks are left out.
 */
export function instanceResults(
  imageId: number,
  { instances }: InstanceList,
  categories: readonly Category[],
): InstanceResult[] {
  const found = instances.filter(({ mask }) => mask.area > 0);
  return found.map(({ category, score, mask, id }) => ({
    image_id: imageId,
    category_id: categories[category].id,
    score,
    ...(id !== undefined && { track_id: id }),
    segmentation: formatRle(encodeRle(unpacked(mask), mask.height, mask.width)),
  }));
}

function unpacked(mask: Instance['mask']): Uint8Array {
  return Uint8Array.from({ length: mask.width * mask.height }, (_, i) => Number(isInside(mask, i)));
}
