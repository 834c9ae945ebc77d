import { readTensors } from '@seg/core';
import type { MaskCandidates } from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';

import type { PanopticSegFormerPrediction } from './panoptic-segformer.ts';

/**
 * A prediction of one image as `maskWiseMerge` takes it: first things, then stuff, whose class indices follow those of the
 * things. Lives as long as the prediction.
 *
 * @param numThingClasses Of the model's config
 */
export async function mergeCandidates(
  { things, stuff }: PanopticSegFormerPrediction,
  numThingClasses: number,
): Promise<MaskCandidates[]> {
  const [scores, classes, presence] = await readTensors(() => [
    tf.clone(things.scores),
    tf.clone(things.classes),
    tf.sigmoid(stuff.logits),
  ]);
  const stuffClasses = Array.from(presence, (_, k) => numThingClasses + k);
  return [
    { masks: things.masks, categories: classes, probabilities: scores },
    { masks: stuff.masks, categories: stuffClasses, probabilities: presence },
  ];
}
