import { onEveryBackend } from '@seg/testing';
import { describe, expect, test } from 'vitest';

import { instances, isInside, panopticMap, semanticMap } from '../src/index.ts';
import { goldenGeometry, goldenPrediction, type Runs, read, runsOf } from './golden-case.ts';

type HfSegments = { map: Runs; segments: { id: number; label_id: number; score: number }[] };
type HfInstance = { label_id: number; score: number; area: number; runs: Runs };

type HfResults = {
  semantic: Runs;
  panoptic: HfSegments;
  panopticFused: HfSegments;
  panopticEmpty: HfSegments;
  instance: HfInstance[];
  'instanceThreshold0.9': HfInstance[];
};

// What transformers' own image processors return; see fixtures/make-huggingface.py.
const results = read<{ mask2former: HfResults; maskformer: HfResults }>('./fixtures/huggingface.json');

describe.each([
  ['huggingface-384', results.mask2former],
  ['huggingface', results.maskformer],
] as const)('%s', (rule, expected) => {
  onEveryBackend('segments as transformers computes them', () => {
    test('semantic: the same map', async () => {
      const { ids } = await semanticMap(goldenPrediction(), goldenGeometry, { rule });
      expect(runsOf(ids.map((id) => id - 1))).toEqual(expected.semantic);
    });

    test('panoptic: the same map, classes and scores', async () => {
      const { ids, segments } = await panopticMap(goldenPrediction(), goldenGeometry, {
        rule,
        things: new Set([0, 1, 2]),
      });
      expect(runsOf(ids)).toEqual(expected.panoptic.map);
      expect(segments.map(({ id, category, score }) => [id, category, score.toFixed(5)])).toEqual(
        expected.panoptic.segments.map(({ id, label_id, score }) => [id, label_id, score.toFixed(5)]),
      );
    });

    test('panoptic, fused: the same map, with ids that are given once', async () => {
      const { ids, segments } = await panopticMap(goldenPrediction(), goldenGeometry, {
        rule,
        things: new Set([0, 1, 2]),
        fuse: new Set([3, 4, 5]),
        scoreThreshold: 0.7,
        overlapThreshold: 0.5,
      });
      expect(segments.map(({ category }) => category)).toEqual([0, 3, 1, 2, 4, 5, 2]);
      // transformers numbers the same segments 1, 2, 3, 3, 4, 5, 6: after fusing class 3 it counts from 2 again
      const theirs = ids.map((id) => [0, 1, 2, 3, 3, 4, 5, 6][id]);
      expect(runsOf(theirs)).toEqual(expected.panopticFused.map);
    });

    test('no query survives: no segments, and zeros where transformers has minus one', async () => {
      const options = { rule, things: new Set<number>(), scoreThreshold: 0.9999 } as const;
      const { ids, segments } = await panopticMap(goldenPrediction(), goldenGeometry, options);
      expect(runsOf(ids.map((id) => id - 1))).toEqual(expected.panopticEmpty.map);
      expect(segments).toEqual([]);
    });

    test.each([
      ['instance', {}],
      ['instanceThreshold0.9', { scoreThreshold: 0.9 }],
    ] as const)('%s: the same classes, scores and masks', async (name, options) => {
      const list = await instances(goldenPrediction(), goldenGeometry, { rule, ...options });
      const found = list.instances.map(({ category, score, mask }) => ({
        label_id: category,
        score: score.toFixed(5),
        area: mask.area,
        runs: runsOf(Array.from({ length: mask.width * mask.height }, (_, i) => Number(isInside(mask, i)))),
      }));
      expect(found).toEqual(
        expected[name].map(({ label_id, score, area, runs }) => ({ label_id, score: score.toFixed(5), area, runs })),
      );
    });
  });
});
