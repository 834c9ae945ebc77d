import { PanopticQuality, SemanticQuality } from '@seg/coco-eval';
import { type MaskDataset, type MaskSample, paintMask, toCocoCategories, toPanopticSample } from '@seg/data';
import type { SegmentMap } from '@seg/postprocess';

import type { Tally } from './measurement.ts';
import { PixelConfusion } from './pixel-confusion.ts';

/** Panoptic quality in percent. Kirillov et al. 2019, eq. 1. */
export function panopticTally({ categories }: Pick<MaskDataset, 'categories'>): Tally {
  const numbered = categories.map((category, id) => ({ ...category, id })); // ids of data may be any number
  const quality = new PanopticQuality({ categories: toCocoCategories(numbered) });
  const confusion = new PixelConfusion(categories.map(({ name }) => name));
  return {
    add({ sample, found }) {
      const map = found as SegmentMap;
      const { ids, segments } = toPanopticSample(sample, numbered);
      const predicted = map.segments.map(({ id, category }) => ({ id, category_id: category }));
      quality.add({ groundTruth: { ids, segments }, prediction: { ids: map.ids, segments: predicted } });
      confusion.add(classMap(map, categories.length), trueClasses(sample, categories.length));
    },
    result() {
      const { all, things, stuff } = quality.result();
      const parts = { PQ: all.pq, SQ: all.sq, RQ: all.rq, 'PQ things': things.pq, 'PQ stuff': stuff.pq };
      const metrics = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, 100 * part]));
      return { metrics, confusion: confusion.result() };
    },
  };
}

/** Mean intersection over union in percent. */
export function semanticTally({ categories }: Pick<MaskDataset, 'categories'>): Tally {
  const none = categories.length;
  const quality = new SemanticQuality({ classes: none, ignoreLabel: none });
  const confusion = new PixelConfusion(categories.map(({ name }) => name));
  return {
    add({ sample, found }) {
      const { width, height } = sample.image;
      const [groundTruth, prediction] = [trueClasses(sample, none), classMap(found as SegmentMap, none)];
      quality.add({ groundTruth, prediction, width, height });
      confusion.add(prediction, groundTruth);
    },
    result() {
      const { meanIou, pixelAccuracy } = quality.result();
      return { metrics: { mIoU: meanIou, 'pixel accuracy': pixelAccuracy }, confusion: confusion.result() };
    },
  };
}

function classMap({ ids, segments }: SegmentMap, none: number): Int32Array {
  const classes = new Map(segments.map(({ id, category }) => [id, category]));
  return ids.map((id) => classes.get(id) ?? none);
}

function trueClasses({ image: { width, height }, segments }: MaskSample, none: number): Int32Array {
  const classes = new Int32Array(width * height).fill(none);
  for (const { mask, category, isCrowd } of segments) if (!isCrowd) paintMask(classes, width, mask, category);
  return classes;
}
