import {
  type CocoAnnotation,
  type CocoResult,
  DetectionConfusionMatrix,
  DetectionEvaluator,
  type DetectionImage,
  encodeRle,
  formatRle,
  summarizeDetections,
} from '@seg/coco-eval';
import { type MaskDataset, type MaskSample, maskArea, paintMask } from '@seg/data';
import { type Instance, type InstanceList, isInside } from '@seg/postprocess';

import type { Tally } from './measurement.ts';

/** Metrics of the summary that are shown: AP, at two overlaps, and of small, medium and large objects. */
const SHOWN = 6;

/** COCO's average precision of masks, in percent (cocodataset.org, "metrics"). */
export function instanceTally({ categories }: Pick<MaskDataset, 'categories'>): Tally {
  const ids = categories.map(({ id, name }) => ({ id, name }));
  const evaluator = new DetectionEvaluator({ categories: ids, iouType: 'segm' });
  const confusion = new DetectionConfusionMatrix({ categories: ids, iouType: 'segm' });
  let objects = 0;
  return {
    add({ sample, found }, index) {
      const image = detectionImage(sample, (found as InstanceList).instances, { index, objects, ids });
      objects += sample.segments.length;
      evaluator.add(image);
      confusion.add(image);
    },
    result() {
      const lines = summarizeDetections(evaluator.result()).slice(0, SHOWN);
      const { categories: named, counts } = confusion.result();
      return {
        metrics: Object.fromEntries(lines.map(({ name, value }) => [name, value === -1 ? Number.NaN : 100 * value])),
        confusion: { labels: [...named.map(({ name }) => String(name)), 'background'], counts },
      };
    },
  };
}

type Numbering = { index: number; objects: number; ids: readonly { id: number }[] };

function detectionImage(
  { image: { width, height }, segments }: MaskSample,
  instances: readonly Instance[],
  { index, objects, ids }: Numbering,
): DetectionImage {
  const image_id = index + 1;
  const annotations = segments.map(({ mask, category, isCrowd }, k): CocoAnnotation => {
    const dense = new Uint8Array(width * height);
    paintMask(dense, width, mask, 1);
    const segmentation = formatRle(encodeRle(dense, height, width));
    const bbox: CocoAnnotation['bbox'] = [mask.x, mask.y, mask.width, mask.height];
    const category_id = ids[category].id;
    return {
      id: objects + k + 1,
      image_id,
      category_id,
      area: maskArea(mask),
      bbox,
      segmentation,
      iscrowd: Number(isCrowd) as 0 | 1,
    };
  });
  const found = instances.filter(({ mask }) => mask.area > 0);
  const detections = found.map(({ category, score, mask }): CocoResult => {
    const dense = Uint8Array.from({ length: width * height }, (_, i) => Number(isInside(mask, i)));
    return { image_id, category_id: ids[category].id, score, segmentation: formatRle(encodeRle(dense, height, width)) };
  });
  return { image: { id: image_id, width, height }, annotations, detections };
}
