import { readFileSync } from 'node:fs';

import { formulaValues, type ImageGeometry, type MaskPrediction, type Size } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

export type Runs = [value: number, count: number][];
type GoldenSegments = { segments: { id: number; isthing: boolean; category: number; area: number }[]; map: Runs };
type GoldenInstances = { items: { category: number; score: number; area: number; bitsFnv1a: number }[] };
type GoldenScores = { scores: { values: number[]; stride: number; noise: number }; map: Runs };

export type Golden = {
  numClasses: number;
  things: number[];
  numQueries: number;
  lowSize: Size;
  paddedSize: Size;
  imageSize: Size;
  originalSize: Size;
  thresholds: { topkPerImage: number };
  queries: [category: number, strength: number, cx: number, cy: number, rx: number, ry: number, height: number][];
  inputs: { name: string; values: number[]; stride: number }[];
  resizedMaskLogits: { values: number[]; stride: number; noise: number };
  semantic: GoldenScores;
  semanticScoresResizedLast: GoldenScores;
  panoptic: Record<string, GoldenSegments>;
  instance: Record<'instance_things_only' | 'instance_all_classes', GoldenInstances>;
};

/** Outputs of the original inference methods on formula-made predictions. */
export const golden: Golden = read('./goldens/postprocess_mask_classification.json');

export function read<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as T;
}

export const goldenGeometry: ImageGeometry = {
  originalSize: golden.originalSize,
  resizedSize: golden.imageSize,
  paddedSize: golden.paddedSize,
};

/** The golden's `construction`: a class each, and a paraboloid of a mask, both with noise from the formula. */
export function goldenPrediction(): MaskPrediction {
  const { queries, numClasses, lowSize } = golden;
  const [height, width] = lowSize;
  const logits = formulaValues('pred_logits', [queries.length, numClasses + 1], 0, 0.5);
  const noise = formulaValues('pred_masks', [queries.length, height, width], 0, 0.5);
  const masks = new Float32Array(noise.length);
  for (const [q, [category, strength, cx, cy, rx, ry, peak]] of queries.entries()) {
    logits[q * (numClasses + 1) + category] += strength;
    for (let i = 0; i < height * width; i++) {
      const [dx, dy] = [((i % width) - cx) / rx, (Math.floor(i / width) - cy) / ry];
      masks[q * height * width + i] = Math.max(peak * (1 - (dx * dx + dy * dy)), -8) + noise[q * height * width + i];
    }
  }
  return {
    classLogits: tf.tensor3d(logits, [1, queries.length, numClasses + 1]),
    maskLogits: tf.tidy(() => tf.transpose(tf.tensor4d(masks, [1, queries.length, height, width]), [0, 2, 3, 1])),
  };
}

export function runsOf(values: ArrayLike<number>): Runs {
  const runs: Runs = [];
  for (let i = 0; i < values.length; i++) {
    const last = runs.at(-1);
    if (last !== undefined && last[0] === values[i]) last[1]++;
    else runs.push([values[i], 1]);
  }
  return runs;
}
