import type { ImageGeometry } from '@seg/core';
import type { SoloPrediction } from '@seg/heads';
import { type InstanceList, SOLO_INSTANCES, soloInstances } from '@seg/postprocess';
import type { DecodeOptions } from '../../inference/task.ts';
import { soloOutput } from './solo-output.ts';

/** Instances of one image of a batch. Wang et al. 2020 (SOLO), "Inference". */
export function decodeSolo(
  prediction: SoloPrediction,
  image: number,
  geometry: ImageGeometry,
  { scoreThreshold: keepThreshold = SOLO_INSTANCES.keepThreshold }: Pick<DecodeOptions, 'scoreThreshold'>,
): Promise<InstanceList> {
  return soloInstances(soloOutput(prediction, image), geometry, { keepThreshold });
}
