import { encodeRle, formatRle } from '@seg/coco-eval';
import type { Category } from '@seg/image';
import { type Instance, type InstanceList, isInside, measureSegments, type SegmentMap } from '@seg/postprocess';

/** One line of COCO's detection results (cocodataset.org, "format-results"). */
export type InstanceResult = {
  image_id: number;
  category_id: number;
  score: number;
  /** Id of its object in a video. */
  track_id?: number;
  segmentation: { size: [number, number]; counts: string };
};

/** Lays instances of enough certainty over each other, the most certain on top. */
export function layInstances(
  { instances, width, height }: InstanceList,
  threshold: number,
  categories: readonly Category[],
): SegmentMap {
  const shown = instances.filter(({ score, mask }) => score >= threshold && mask.area > 0);
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
  const map = { ids, width, height, segments: measureSegments(ids, width, claims) };
  return shown.some(({ id }) => id !== undefined) ? underOwnIds(map, shown) : map;
}

/** Ids of a video grow without end, so that nothing is counted by them. */
function underOwnIds(map: SegmentMap, shown: readonly Instance[]): SegmentMap {
  const idOf = (place: number) => shown[place - 1].id ?? 0;
  const segments = map.segments.map((segment) => ({ ...segment, id: idOf(segment.id) })).filter(({ id }) => id > 0);
  return { ...map, ids: map.ids.map((place) => (place === 0 ? 0 : idOf(place))), segments };
}

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
