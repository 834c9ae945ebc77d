import { cellMaskProbabilities, type SoloPrediction } from '@seg/heads';
import type { SoloOutput } from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';

/** One image of a batch, as `soloInstances` decodes it. Lives as long as the prediction. */
export function soloOutput({ categoryLogits, masks }: SoloPrediction, image = 0): SoloOutput {
  return {
    categoryLogits: () =>
      categoryLogits.map((logits) => {
        const [, grid, , numClasses] = logits.shape;
        return tf.slice(logits, [image, 0, 0, 0], [1, grid, grid, numClasses]);
      }),
    cellMasks: (level, cells) => cellMaskProbabilities(masks, { image, level }, cells),
  };
}
