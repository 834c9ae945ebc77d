import { formulaValues, type ImageGeometry, type MaskPrediction, useBackend } from '@seg/core';
import { panopticMap, semanticMap } from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';

import { decodeMaskClassification } from './decode-mask-classification.ts';
import type { DecodeOptions } from './task.ts';

beforeAll(async () => void (await useBackend('cpu')));

const GEOMETRY: ImageGeometry = { originalSize: [37, 61], resizedSize: [32, 56], paddedSize: [32, 56] };
const OPTIONS: DecodeOptions = {
  task: 'semantic',
  things: new Set([0]),
  rule: 'huggingface',
  scoreThreshold: 0.3,
  overlapThreshold: 0.1,
  semanticRule: undefined,
};

function prediction(): MaskPrediction {
  return {
    classLogits: tf.tensor3d(formulaValues('classes', [1, 5, 4], 0, 4), [1, 5, 4]),
    maskLogits: tf.tensor4d(formulaValues('masks', [1, 8, 14, 5], 0, 6), [1, 8, 14, 5]),
  };
}

test.each([
  ['maskformer', 'huggingface', 'huggingface-384'],
  ['mask2former', 'huggingface-384', 'huggingface'],
] as const)("transformers' rule of %s is its own, not the other system's", async (model, own, other) => {
  const [one, { things }] = [prediction(), OPTIONS];
  const semantic = await decodeMaskClassification(one, model, GEOMETRY, OPTIONS);
  expect(semantic).toEqual(await semanticMap(one, GEOMETRY, { things, rule: own }));
  expect(semantic).not.toEqual(await semanticMap(one, GEOMETRY, { things, rule: other }));
  const panoptic = await decodeMaskClassification(one, model, GEOMETRY, { ...OPTIONS, task: 'panoptic' });
  const thresholds = { scoreThreshold: 0.3, overlapThreshold: 0.1 };
  expect(panoptic).toEqual(await panopticMap(one, GEOMETRY, { things, rule: own, ...thresholds }));
  expect(panoptic).not.toEqual(await panopticMap(one, GEOMETRY, { things, rule: other, ...thresholds }));
});
