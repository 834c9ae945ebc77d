import type { ImageGeometry, MaskPrediction } from '@seg/core';
import { maxDeepLabAreas, maxDeepLabPanoptic, maxDeepLabSemantic, type SegmentMap } from '@seg/postprocess';

import type { DecodeOptions } from '../../inference/task.ts';

/** The panoptic or semantic map of one image. Wang et al. 2021 (MaX-DeepLab), section 3.1. @param prediction B = 1 */
export function decodeMaxDeepLab(
  prediction: MaskPrediction,
  geometry: ImageGeometry,
  { task, things, scoreThreshold, queries }: Pick<DecodeOptions, 'task' | 'things' | 'scoreThreshold' | 'queries'>,
): Promise<SegmentMap> {
  if (task === 'semantic') return maxDeepLabSemantic(prediction, geometry, { things });
  const areas = maxDeepLabAreas(geometry.paddedSize);
  return maxDeepLabPanoptic(prediction, geometry, { things, ...areas, classThreshold: scoreThreshold, queries });
}
