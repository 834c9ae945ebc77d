import type { ImageGeometry, MaskPrediction } from '@seg/core';
import { type InstanceList, instances, panopticMap, type SegmentMap, semanticMap } from '@seg/postprocess';

import type { DecodeOptions } from './task.ts';

/** Segments of one image by Mask2Former or MaskFormer. Cheng et al. 2021 and 2022. @param prediction B = 1 */
export function decodeMaskClassification(
  prediction: MaskPrediction,
  model: 'mask2former' | 'maskformer',
  geometry: ImageGeometry,
  options: DecodeOptions,
): Promise<InstanceList | SegmentMap> {
  const { task, things, rule, scoreThreshold, overlapThreshold, nmsThreshold, queries } = options;
  const { semanticRule = 'masks-first' } = options;
  const isOriginal = rule === 'original';
  const theirs = model === 'maskformer' ? 'huggingface' : 'huggingface-384';
  switch (task) {
    case 'panoptic':
      return panopticMap(prediction, geometry, {
        things,
        rule: isOriginal ? model : theirs,
        scoreThreshold,
        overlapThreshold,
        queries,
      });
    case 'instance':
      return instances(prediction, geometry, {
        things,
        rule: isOriginal ? 'mask2former' : theirs,
        scoreThreshold,
        nmsThreshold,
        queries,
      });
    case 'semantic':
      return semanticMap(prediction, geometry, { things, rule: isOriginal ? semanticRule : theirs });
    default:
      throw new RangeError(`Segmenter: expected panoptic, instance, semantic as task, got ${task satisfies never}`);
  }
}
