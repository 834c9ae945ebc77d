import { type ImageGeometry, type MaskPrediction, ShapeError } from '@seg/core';
import { expectTidy, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { instances, panopticMap, restoreMasks, type SegmentMap, semanticMap } from '../src/index.ts';

const geometry: ImageGeometry = { originalSize: [4, 6], resizedSize: [8, 12], paddedSize: [8, 16] };
const things = new Set([0]);

/** One query a row: class logits, then a mask logit that is the same everywhere. */
function uniform(queries: { classes: number[]; mask: number }[]): MaskPrediction {
  return {
    classLogits: tf.tensor3d([queries.map(({ classes }) => classes)]),
    maskLogits: tf.tidy(() => tf.tile(tf.tensor4d([[[queries.map(({ mask }) => mask)]]]), [1, 2, 4, 1])),
  };
}

onEveryBackend('predictions with nothing in them', () => {
  const nothing = () => uniform([{ classes: [0, 0, 9], mask: 5 }]);

  test('all no-object: an empty map, instances of no weight', async () => {
    const map = await panopticMap(nothing(), geometry, { things });
    expect(map).toEqual({ ids: new Int32Array(24), width: 6, height: 4, segments: [] });
    expect((await instances(nothing(), geometry, { scoreThreshold: 0.01 })).instances).toEqual([]);
    expect((await instances(nothing(), geometry)).instances.every(({ score }) => score < 0.001)).toBe(true);
  });

  test('a confident query with an empty mask makes no segment', async () => {
    const empty = uniform([{ classes: [9, 0, 0], mask: -50 }]);
    expect((await panopticMap(empty, geometry, { things })).segments).toEqual([]);
    const [first] = (await instances(empty, geometry)).instances;
    expect([first.mask.area, first.mask.bbox, first.score]).toEqual([0, [0, 0, 0, 0], 0]);
    expect((await instances(empty, geometry, { rule: 'huggingface', scoreThreshold: 0 })).instances).toEqual([]);
  });

  test('one object found twice is kept once where a threshold is given; other classes are not its doubles', async () => {
    const twins = uniform([
      { classes: [9, 5, 0], mask: 5 },
      { classes: [9, 0, 0], mask: 4 },
    ]);
    const found = async (nmsThreshold?: number) => (await instances(twins, geometry, { nmsThreshold })).instances;
    expect((await found()).map(({ category }) => category).sort()).toEqual([0, 0, 1, 1]);
    const kept = await found(0.7);
    expect(kept.map(({ category }) => category)).toEqual([0, 1]);
    const best = (await found()).find(({ category }) => category === 0)!;
    expect(kept[0].score).toBe(best.score);
    expect(await found(1)).toHaveLength(4); // none overlaps by more than all of it
  });

  test('of two equal queries the first wins everything', async () => {
    const twins = uniform([
      { classes: [9, 0, 0], mask: 5 },
      { classes: [9, 0, 0], mask: 5 },
    ]);
    const { segments, ids } = await panopticMap(twins, geometry, { things });
    expect(segments).toEqual([
      { id: 1, category: 0, isThing: true, score: expect.closeTo(0.99975, 4), area: 24, bbox: [0, 0, 6, 4] },
    ]);
    expect(new Set(ids)).toEqual(new Set([1]));
  });

  test('stuff is one segment with the pixels of all its queries, things are one each', async () => {
    const halves = (classes: number[]): MaskPrediction => ({
      classLogits: tf.tensor3d([[classes, classes]]),
      maskLogits: tf.tidy(() => {
        const left = tf.concat([tf.fill([1, 2, 2, 1], 9), tf.fill([1, 2, 2, 1], -9)], 2);
        return tf.concat([left, tf.neg(left)], 3) as tf.Tensor4D;
      }),
    });
    const square: ImageGeometry = { originalSize: [4, 8], resizedSize: [4, 8], paddedSize: [4, 8] };
    const stuff = await panopticMap(halves([0, 9, 0]), square, { things });
    expect(stuff.segments.map(({ id, area }) => [id, area])).toEqual([[1, 32]]);
    const pair = await panopticMap(halves([9, 0, 0]), square, { things });
    expect(pair.segments.map(({ id, area, bbox }) => [id, area, bbox])).toEqual([
      [1, 16, [0, 0, 4, 4]],
      [2, 16, [4, 0, 4, 4]],
    ]);
  });

  test('semantic always chooses a class, the first of equals', async () => {
    const even = uniform([{ classes: [1, 1, 9], mask: 0 }]);
    const { segments } = await semanticMap(even, geometry);
    expect(segments.map(({ id, category, area, score }) => [id, category, area, score])).toEqual([[1, 0, 24, 0.5]]);
  });

  test('more than one image, or another number of queries, is refused by name', async () => {
    const pair = { classLogits: tf.zeros([2, 1, 3]), maskLogits: tf.zeros([2, 2, 4, 1]) } as unknown as MaskPrediction;
    await expect(panopticMap(pair, geometry, { things })).rejects.toThrow(ShapeError);
    const odd = { classLogits: tf.zeros([1, 3, 3]), maskLogits: tf.zeros([1, 2, 4, 1]) } as unknown as MaskPrediction;
    await expect(instances(odd, geometry)).rejects.toThrow('expected maskLogits [1, h, w, N=3], got [1, 2, 4, 1]');
  });
});

onEveryBackend('memory', () => {
  test('only results are left behind', async () => {
    const prediction = uniform([{ classes: [9, 0, 0], mask: 5 }]);
    expectTidy(() => restoreMasks(prediction.maskLogits, geometry));
    const before = tf.memory().numTensors;
    await panopticMap(prediction, geometry, { things });
    await panopticMap(prediction, geometry, { things, rule: 'huggingface' });
    await instances(prediction, geometry);
    await instances(prediction, geometry, { rule: 'huggingface' });
    for (const rule of ['masks-first', 'scores-last', 'huggingface'] as const) {
      await semanticMap(prediction, geometry, { rule });
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

onEveryBackend(
  'large images, on wasm alone since the plain backend takes minutes',
  () => {
    test('maps made in parts are the maps made at once', async () => {
      const [fine, coarse] = [await mapsAt([1500, 2000]), await mapsAt([150, 200])]; // 12 MB a map, and 120 kB
      for (const kind of ['panoptic', 'semantic'] as const) {
        const center = (i: number) => (Math.floor(i / 200) * 10 + 5) * 2000 + (i % 200) * 10 + 5;
        const [fineClasses, coarseClasses] = [classesOf(fine[kind]), classesOf(coarse[kind])];
        const wrong = coarseClasses.filter((category, i) => category !== fineClasses[center(i)]);
        expect(wrong.length).toBeLessThan(0.02 * coarseClasses.length); // half a fine pixel apart
      }
    });

    function classesOf({ ids, segments }: SegmentMap): Int32Array {
      const categories = new Map(segments.map(({ id, category }) => [id, category]));
      return ids.map((id) => categories.get(id) ?? -1);
    }

    async function mapsAt(originalSize: [number, number]) {
      const sizes: ImageGeometry = { originalSize, resizedSize: [32, 48], paddedSize: [32, 48] };
      const prediction = {
        classLogits: tf.randomNormal<tf.Rank.R3>([1, 20, 4], 0, 4, 'float32', 5),
        maskLogits: tf.randomNormal<tf.Rank.R4>([1, 8, 12, 20], 0, 6, 'float32', 6),
      };
      const options = { things: new Set([0, 1, 2]), scoreThreshold: 0, overlapThreshold: 0 };
      return {
        panoptic: await panopticMap(prediction, sizes, options),
        semantic: await semanticMap(prediction, sizes),
      };
    }
  },
  { only: ['wasm'] },
);
