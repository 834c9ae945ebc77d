import type { MaskPrediction, MaskTargets } from '@seg/core';
import { seededRandom } from '@seg/core';
import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import {
  MASK2FORMER_LOSS,
  MASKFORMER_LOSS,
  MAX_DEEPLAB_LOSS,
  mask2FormerTerms,
  maskClassificationLoss,
  maskFormerTerms,
  matchMask2Former,
  matchMaskFormer,
  matchMaxDeepLab,
  maxDeepLabLoss,
  maxDeepLabTerms,
  panopticGrid,
  randomPoints,
} from '../src/index.ts';

// Two images of 8 × 8, four queries, three classes and no-object; maps of 4 × 4.
const [SIDE, MAP, QUERIES, CLASSES] = [8, 4, 4, 3];

/** Objects of an image: `none`, `void` where no mask has a pixel, `whole` where one has all. */
type Truth = 'none' | 'void' | 'whole' | 'pixel';

function targets(...images: Truth[]): MaskTargets[] {
  const masks: Record<Truth, () => tf.Tensor3D> = {
    none: () => tf.zeros([0, SIDE, SIDE]),
    void: () => tf.zeros([1, SIDE, SIDE]),
    whole: () => tf.ones([1, SIDE, SIDE]),
    pixel: () => tf.pad(tf.ones([1, 1, 1]), [[0, 0], [0, SIDE - 1], [0, SIDE - 1]]), // biome-ignore format: a pair a dimension
  };
  return images.map((truth) => ({ classes: new Int32Array(truth === 'none' ? 0 : 1), masks: masks[truth]() }));
}

/** Logits of ±`height` by turns. */
const turns = (shape: number[], height: number) =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => (i % 2 === 0 ? height : -height)),
    shape,
  );

type Loss = (prediction: MaskPrediction, truth: MaskTargets[]) => Promise<(of: MaskPrediction) => tf.Scalar>;

const LOSSES: Record<string, Loss> = {
  Mask2Former: async (prediction, truth) => {
    const config = { ...MASK2FORMER_LOSS, numPoints: 16 };
    const matching = await matchMask2Former([prediction], truth, config, randomPoints(seededRandom(1)));
    return (of) => maskClassificationLoss(mask2FormerTerms([of], truth, matching, config), config);
  },
  MaskFormer: async (prediction, truth) => {
    const assignments = await matchMaskFormer([prediction], truth, MASKFORMER_LOSS);
    return (of) => maskClassificationLoss(maskFormerTerms([of], truth, assignments, MASKFORMER_LOSS), MASKFORMER_LOSS);
  },
  'MaX-DeepLab': async (prediction, truth) => {
    const grids = () => truth.map((one) => panopticGrid(one, { things: new Set([0]), stride: SIDE / MAP }));
    const matching = await matchMaxDeepLab(prediction, grids);
    const features = tf.fill([truth.length, MAP, MAP, 4], 0.5) as tf.Tensor4D;
    const semanticLogits = turns([truth.length, MAP, MAP, CLASSES + 1], 1e4) as tf.Tensor4D;
    return (of) => {
      const inputs = { ...of, pixelFeatures: features, semanticLogits };
      return maxDeepLabLoss(maxDeepLabTerms(inputs, grids(), matching, MAX_DEEPLAB_LOSS), MAX_DEEPLAB_LOSS);
    };
  },
};

const TRUTHS: Truth[][] = [['none', 'none'], ['none', 'whole'], ['void', 'pixel']]; // biome-ignore format: an image each
const CASES = Object.keys(LOSSES).flatMap((name) => TRUTHS.map((truth) => [name, truth] as const));

onEveryBackend('whole criteria at the edge', () => {
  test.each(CASES)(
    '%s with truth %j is finite at logits of 0 and ±1e4, and so is its gradient',
    async (name, truth) => {
      for (const height of [0, 1e4]) {
        const wanted = targets(...truth);
        const classLogits = turns([2, QUERIES, CLASSES + 1], height) as tf.Tensor3D;
        const maskLogits = turns([2, MAP, MAP, QUERIES], height) as tf.Tensor4D;
        const loss = await LOSSES[name]({ classLogits, maskLogits }, wanted);
        const { value, grads } = tf.valueAndGrads((classes, masks) =>
          loss({ classLogits: classes as tf.Tensor3D, maskLogits: masks as tf.Tensor4D }),
        )([classLogits, maskLogits]);
        const [found, ...slopes] = await Promise.all([value, ...grads].map((tensor) => tensor.data()));
        expect(found[0], `${height}`).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(found[0]), `${height}`).toBe(true);
        for (const slope of slopes) expect(slope.every(Number.isFinite), `${height}`).toBe(true);
      }
    },
  );
});
