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
    segmentation: formatRle(encodeRle(columnsOf(mask), mask.height, mask.width, 'column-major')),
  }));
}

/** [W, H] zeros and ones, column by column, as run lengths walk. */
function columnsOf(mask: Instance['mask']): Uint8Array {
  const { width, height, bbox } = mask;
  const [left, top, across, down] = bbox;
  const columns = new Uint8Array(width * height);
  for (let x = left; x < left + across; x++) {
    for (let y = top; y < top + down; y++) columns[x * height + y] = Number(isInside(mask, y * width + x));
  }
  return columns;
}
