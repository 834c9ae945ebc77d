import { fnv1a } from '@seg/core';
import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { readClassProbabilities } from '../src/class-probabilities.ts';
import { instances, panopticMap, restoreMasks, semanticMap } from '../src/index.ts';
import { classScores } from '../src/semantic-map.ts';
import { golden, goldenGeometry, goldenPrediction, runsOf } from './golden-case.ts';

const things = new Set(golden.things);
const everyNth = (values: ArrayLike<number>, stride: number, count: number) =>
  Array.from({ length: count }, (_, i) => values[i * stride]);

onEveryBackend('the original rules, as the original methods compute them', () => {
  test('the predictions are those of the golden', async () => {
    const { classLogits, maskLogits } = goldenPrediction();
    const masks = await tf.transpose(maskLogits, [0, 3, 1, 2]).data();
    for (const [values, { values: expected, stride }] of [
      [await classLogits.data(), golden.inputs[0]],
      [masks, golden.inputs[1]],
    ] as const) {
      await expectClose(everyNth(values, stride, expected.length), expected, { absolute: 0, relative: 1e-8 });
    }
  });

  test('mask logits come back to the original size', async () => {
    const restored = tf.tidy(() =>
      tf.transpose(restoreMasks(goldenPrediction().maskLogits, goldenGeometry), [0, 3, 1, 2]),
    );
    const { values, stride, noise } = golden.resizedMaskLogits;
    await expectClose(everyNth(await restored.data(), stride, values.length), values, { absolute: 10 * noise });
  });

  test.each([
    ['masks-first', golden.semantic],
    ['scores-last', golden.semanticScoresResizedLast],
  ] as const)('semantic, %s: the scores of every class, and the same map', async (rule, { scores, map }) => {
    const prediction = goldenPrediction();
    const probabilities = await readClassProbabilities('test', prediction);
    const classes = Array.from({ length: golden.numClasses }, (_, category) => category);
    const tensor = tf.tidy(() => {
      const computed = classScores(prediction.maskLogits, probabilities, classes, goldenGeometry, rule);
      return tf.transpose(computed, [0, 3, 1, 2]);
    });
    const sampled = everyNth(await tensor.data(), scores.stride, scores.values.length);
    await expectClose(sampled, scores.values, { absolute: 10 * scores.noise });
    const { ids, segments } = await semanticMap(prediction, goldenGeometry, { rule, things });
    expect(runsOf(ids.map((id) => id - 1))).toEqual(map);
    expect(segments.reduce((sum, { area }) => sum + area, 0)).toBe(ids.length);
  });

  test.each([
    ['panoptic_mask2former', {}],
    ['panoptic_mask2former_threshold_0', { scoreThreshold: 0 }],
    ['panoptic_maskformer', { rule: 'maskformer' }],
    [
      'panoptic_maskformer_threshold_0.7_overlap_0.5',
      { rule: 'maskformer', scoreThreshold: 0.7, overlapThreshold: 0.5 },
    ],
  ] as const)('%s: the same segments and the same map', async (name, options) => {
    const { ids, segments } = await panopticMap(goldenPrediction(), goldenGeometry, { things, ...options });
    const expected = golden.panoptic[name];
    expect(runsOf(ids)).toEqual(expected.map);
    expect(segments.map(({ id, category, isThing }) => ({ id, category, isThing }))).toEqual(
      expected.segments.map(({ id, category, isthing }) => ({ id, category, isThing: isthing })),
    );
    const areas = new Map(segments.map(({ id, area }) => [id, area]));
    for (const { id, area, isthing } of expected.segments) {
      if (isthing) expect(areas.get(id)).toBe(area); // of stuff the golden counts its first query's pixels only
    }
  });

  test.each([
    ['instance_things_only', { things }],
    ['instance_all_classes', {}],
  ] as const)('%s: the same classes, scores and masks, bit for bit', async (name, options) => {
    const topK = golden.thresholds.topkPerImage;
    const list = await instances(goldenPrediction(), goldenGeometry, { topK, ...options });
    const { items } = golden.instance[name];
    expect(list.instances.map(({ category, mask }) => [category, mask.area, fnv1a(mask.bits)])).toEqual(
      items.map(({ category, area, bitsFnv1a }) => [category, area, bitsFnv1a]),
    );
    const scores = items.map(({ score }) => score);
    await expectClose(
      list.instances.map(({ score }) => score),
      scores,
      { absolute: 3e-6, relative: 0 },
    );
  });
});
