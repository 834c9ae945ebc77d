import type { ImageGeometry } from '@seg/core';
import { type InstanceList, maskWiseMerge, type SegmentMap, scoreMasks, withoutDoubles } from '@seg/postprocess';
import type { DecodeOptions } from '../../inference/task.ts';
import { mergeCandidates } from './merge-candidates.ts';
import type { PanopticSegFormerPrediction } from './panoptic-segformer.ts';

/**
 * The panoptic map of one image by mask-wise merging, or the things among what would be merged. Li et al. 2022
 * (Panoptic SegFormer), "Mask-Wise Merging Inference".
 *
 * @param prediction B = 1
 */
export async function decodePanopticSegFormer(
  prediction: PanopticSegFormerPrediction,
  numThingClasses: number,
  geometry: ImageGeometry,
  { task, things, scoreThreshold, overlapThreshold, nmsThreshold, queries }: DecodeOptions,
): Promise<InstanceList | SegmentMap> {
  const [allThings, ofStuff] = await mergeCandidates(prediction, numThingClasses);
  const ofThings = queries ? { ...allThings, queries: true } : allThings;
  if (task === 'instance') {
    const scored = await scoreMasks([ofThings], geometry);
    const [height, width] = geometry.originalSize;
    const found = scored.filter(({ score, mask }) => mask.area > 0 && score >= (scoreThreshold ?? 0));
    const kept = withoutDoubles(found, nmsThreshold);
    return { instances: kept.map((one) => ({ ...one, score: Math.min(1, one.score) })), width, height };
  }
  return maskWiseMerge([ofThings, ofStuff], geometry, {
    things,
    scoreThresholds: both(scoreThreshold),
    overlapThresholds: both(overlapThreshold === undefined ? undefined : 1 - overlapThreshold),
  });
}

function both(threshold: number | undefined): { things: number; stuff: number } | undefined {
  return threshold === undefined ? undefined : { things: threshold, stuff: threshold };
}
