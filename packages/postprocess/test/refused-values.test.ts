import type { ImageGeometry, MaskPrediction } from '@seg/core';
import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type BitMask, packMask } from '../src/bit-mask.ts';
import { connectedComponents } from '../src/connected-components.ts';
import { instances } from '../src/instances.ts';
import { layInstances } from '../src/lay-instances.ts';
import { maskNms } from '../src/mask-nms.ts';
import { maskOverlap } from '../src/mask-overlap.ts';
import { maskWiseMerge, mergeMasks, scoreMasks } from '../src/mask-wise-merge.ts';
import { matrixNms } from '../src/matrix-nms.ts';
import { maxDeepLabAreas, maxDeepLabPanoptic } from '../src/max-deeplab-panoptic.ts';
import { panopticMap } from '../src/panoptic-map.ts';
import { restoreMasks } from '../src/restore-masks.ts';
import { measureSegments } from '../src/segment-map.ts';
import { semanticMap } from '../src/semantic-map.ts';
import { scoredCells } from '../src/solo-candidates.ts';
import { soloCandidates, soloInstances } from '../src/solo-instances.ts';

const geometry: ImageGeometry = { originalSize: [4, 4], resizedSize: [4, 4], paddedSize: [4, 4] };
const things = new Set([0]);
const NO_SHARES = [Number.NaN, -0.1, 80, '0.5', Number.POSITIVE_INFINITY];
const NO_COUNTS = [Number.NaN, -1, 0, 1.5, '3'];

describe('masks', () => {
  const full = (height: number, width: number): BitMask =>
    packMask(new Uint8Array(height * width).fill(1), 0, 1, [height, width]);

  test('bits that begin anywhere are compared', () => {
    const mask = full(8, 8);
    const bits = new Uint8Array(9);
    bits.set(mask.bits, 1);
    expect(maskOverlap({ ...mask, bits: bits.subarray(1) }, mask)).toBe(1);
    expect(maskOverlap(mask, { ...mask, bits: bits.subarray(1) })).toBe(1);
  });

  test('masks of other sizes are refused', () => {
    const [small, large] = [full(4, 4), full(8, 8)];
    const scored = [small, large].map((mask) => ({ category: 0, score: 1, mask }));
    expect(() => maskOverlap(small, large)).toThrow('maskOverlap: expected a mask of 4x4, got 8x8');
    expect(() => maskOverlap(small, { ...small, bits: large.bits })).toThrow('got 8 bytes of 4x4');
    expect(() => matrixNms(scored)).toThrow('expected a mask of 4x4, got 8x8');
    expect(() => layInstances({ instances: scored, height: 4, width: 4 })).toThrow(
      'layInstances: expected a mask of 4x4',
    );
    expect(() => mergeMasks(scored, [4, 4], { things })).toThrow('mergeMasks: expected a mask of 4x4, got 8x8');
  });

  test('values and labels of other sizes are refused', () => {
    expect(() => packMask(new Uint8Array(15), 0, 1, [4, 4])).toThrow('packMask: expected 16 values, got 15');
    expect(() => connectedComponents(new Uint8Array(3), [2, 2])).toThrow(
      'connectedComponents: expected 4 labels, got 3',
    );
    for (const labels of [null, '0000', {}])
      expect(() => connectedComponents(labels as never, [2, 2])).toThrow('4 labels');
    for (const size of [[2.5, 2], [-1, -4], ['2', '2'], [4]])
      expect(() => connectedComponents([1, 1, 1, 1], size as never)).toThrow(
        'expected a height and width of 1 or more',
      );
  });

  test('high ids take no more memory than low ones, and ids that are none are refused', () => {
    const high = 2 ** 31 - 1;
    const claim = { category: 0, isThing: true, score: 1 };
    const ids = Int32Array.of(0, high, high, 7);
    expect(
      measureSegments(ids, 2, [
        { ...claim, id: high },
        { ...claim, id: 9 },
      ]),
    ).toEqual([{ ...claim, id: high, area: 2, bbox: [0, 0, 2, 2] }]);
    for (const id of [2 ** 31, -1, 0, 1.5, Number.NaN])
      expect(() => measureSegments(ids, 2, [{ ...claim, id }])).toThrow(
        'measureSegments: expected ids of 1 to 2147483647',
      );
    for (const width of [0, -2, 1.5, Number.NaN, '2'])
      expect(() => measureSegments(ids, width as never, [])).toThrow('as width, got');
    expect(() => measureSegments(ids, 3, [])).toThrow('measureSegments: expected 6 ids in rows of 3, got 4');
  });

  test.each(NO_SHARES)('a threshold of %j is refused', (threshold) => {
    const wrong = threshold as never;
    expect(() => maskNms([], wrong)).toThrow('maskNms: expected a number of 0 to 1 as threshold, got');
    expect(() => layInstances({ instances: [], height: 4, width: 4 }, { threshold: wrong })).toThrow(
      'as threshold, got',
    );
    const thresholds = { scoreThresholds: { things: 0.5, stuff: wrong } };
    expect(() => mergeMasks([], [4, 4], { things, ...thresholds })).toThrow('as scoreThresholds.stuff, got');
  });

  test('amounts and sizes that are none are refused', () => {
    for (const sigma of [Number.NaN, -1, '2'])
      expect(() => matrixNms([], { sigma: sigma as never })).toThrow('as sigma, got');
    for (const size of [[0, 4], [4], [Number.NaN, 4]])
      expect(() => maxDeepLabAreas(size as never)).toThrow('as paddedSize');
  });
});

onEveryBackend('predictions that are refused', () => {
  const prediction = (logit = 1, mask = 1, queries = 1): MaskPrediction => ({
    classLogits: tf.fill([1, queries, 3], logit),
    maskLogits: tf.fill([1, 2, 2, queries], mask),
  });
  const all = { instances, panopticMap, semanticMap, maxDeepLabPanoptic } as const;

  test.each(Object.keys(all) as (keyof typeof all)[])('%s: logits that are NaN', async (name) => {
    const threshold = {
      instances: 'scoreThreshold',
      panopticMap: 'scoreThreshold',
      maxDeepLabPanoptic: 'classThreshold',
    };
    const options = { things, ...(name !== 'semanticMap' && { [threshold[name]]: 0 }) };
    const run = (given: MaskPrediction) => all[name](given, geometry, options as never);
    await expect(run(prediction(Number.NaN))).rejects.toThrow(`${name}: expected class logits of numbers, got NaN`);
    await expect(run(prediction(1, Number.NaN))).rejects.toThrow(`${name}: expected mask logits of numbers, got NaN`);
    await run(prediction(1, -100));
  });

  test.each(NO_SHARES)('thresholds of %j', async (share) => {
    const wrong = share as never;
    const refused = async (made: Promise<unknown>, name: string) =>
      expect(made).rejects.toThrow(`expected a number of 0 to 1 as ${name}, got`);
    for (const name of ['scoreThreshold', 'nmsThreshold'])
      await refused(instances(prediction(), geometry, { [name]: wrong }), name);
    for (const name of ['scoreThreshold', 'overlapThreshold'])
      await refused(panopticMap(prediction(), geometry, { things, [name]: wrong }), name);
    for (const name of ['classThreshold', 'pixelThreshold'])
      await refused(maxDeepLabPanoptic(prediction(), geometry, { things, [name]: wrong }), name);
    for (const name of ['scoreThreshold', 'maskThreshold', 'keepThreshold'])
      await refused(soloInstances({} as never, geometry, { [name]: wrong }), name);
    await refused(scoredCells({} as never, wrong), 'threshold');
  });

  test.each(NO_COUNTS)('counts of %j', async (count) => {
    const wrong = count as never;
    await expect(instances(prediction(), geometry, { topK: wrong })).rejects.toThrow('of 1 or more as topK, got');
    for (const name of ['maxCandidates', 'maxInstances'])
      await expect(soloCandidates({} as never, geometry, { [name]: wrong })).rejects.toThrow(`as ${name}, got`);
  });

  test('a semantic map of no query', async () => {
    const none = semanticMap(prediction(1, 1, 0), geometry);
    await expect(none).rejects.toThrow('semanticMap: expected a prediction of one query or more, got none');
  });

  test('geometries beyond what they are made of, or any memory, and what comes behind them still works', async () => {
    const maps = tf.ones<tf.Rank.R4>([1, 2, 2, 1]);
    const beyond = { ...geometry, resizedSize: [8, 8] as [number, number] };
    expect(() => restoreMasks(maps, beyond)).toThrow(
      'restoreMasks: expected resizedSize within paddedSize 4,4, got 8,8',
    );
    const huge = { ...geometry, originalSize: [2 ** 20, 2 ** 20] as [number, number] };
    expect(() => restoreMasks(maps, huge)).toThrow('restoreMasks: expected at most 134217728 pixels as originalSize');
    await expect(instances(prediction(), huge)).rejects.toThrow('instances: expected at most 134217728 pixels');
    const large = { ...geometry, originalSize: [2 ** 13, 2 ** 14] as [number, number] };
    expect(() => restoreMasks(tf.ones([1, 2, 2, 5]), large)).toThrow('expected at most 536870912 values');
    expect([...(await restoreMasks(maps, geometry).data())]).toEqual(new Array(16).fill(1));
  });

  test('masks without a class, a probability or numbers', async () => {
    const masks = tf.ones<tf.Rank.R4>([1, 2, 2, 2]);
    const score = (more: object) =>
      scoreMasks([{ masks, categories: [0, 1], probabilities: [0.5, 0.5], ...more }], geometry);
    await expect(score({ categories: [0] })).rejects.toThrow('scoreMasks: expected 2 categories, got 1');
    await expect(score({ categories: [0, -1] })).rejects.toThrow('expected a category of 0 or more for mask 1, got -1');
    await expect(score({ probabilities: [0.5] })).rejects.toThrow('scoreMasks: expected 2 probabilities, got 1');
    await expect(score({ probabilities: [0.5, Number.NaN] })).rejects.toThrow('as probabilities[1], got NaN');
    await expect(score({ masks: tf.fill([1, 2, 2, 2], Number.NaN) })).rejects.toThrow(
      'scoreMasks: expected masks of numbers',
    );
    const merged = maskWiseMerge([{ masks, categories: [], probabilities: [] }], geometry, { things });
    await expect(merged).rejects.toThrow('scoreMasks: expected 2 categories, got 0');
  });
});
