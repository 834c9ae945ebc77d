import fc from 'fast-check';
import { expect, test } from 'vitest';
import { goldenBytes, goldenJson } from '../../test/goldens.ts';
import { runsOfIds } from './id-runs.ts';
import type { SegmentInfo } from './match-segments.ts';
import { countPairs } from './pair-counts.ts';
import { idToRgb, rgbToId } from './panoptic-ids.ts';
import { PanopticQuality } from './panoptic-quality.ts';
import type { PanopticCategory, PanopticImage } from './panoptic-types.ts';

type Mean = { pq: number; sq: number; rq: number; n: number };
type Expected = { All: Mean; Things: Mean; Stuff: Mean; per_class: Record<string, Record<string, number>> };
type Golden = {
  gt: { annotations: { image_id: number; segments_info: SegmentInfo[] }[]; categories: PanopticCategory[] };
  pred: { annotations: { image_id: number; segments_info: SegmentInfo[] }[] };
  sizes: [number, number][];
  expect: Record<'cores1' | 'cores2' | 'cores4' | 'cores8' | 'boundary_cores1', Expected>;
};

// Expected: panopticapi 7bb4655 and boundary-iou-api 37d2558 on 60 generated images with void, double crowds, ids
// without JSON, wrong areas, all-void and empty predictions.
const golden = goldenJson<Golden>('panoptic60.json.gz');

function goldenImages(): PanopticImage[] {
  const ids = new Uint32Array(goldenBytes('panoptic60.u32.gz').buffer);
  const segments = new Map(
    golden.pred.annotations.map((annotation) => [annotation.image_id, annotation.segments_info]),
  );
  let start = 0;
  return golden.gt.annotations.map((annotation, k) => {
    const [height, width] = golden.sizes[k];
    const [from, to] = [start, (start += height * width)];
    return {
      groundTruth: { ids: ids.subarray(from, to), segments: annotation.segments_info },
      prediction: {
        ids: ids.subarray(from + ids.length / 2, to + ids.length / 2),
        segments: segments.get(annotation.image_id)!,
      },
      height,
      width,
    };
  });
}
const images = goldenImages();

function check(quality: PanopticQuality, cores: number, expected: Expected): void {
  const { all, things, stuff, perCategory } = quality.result({ cores });
  expect({ All: all, Things: things, Stuff: stuff }).toEqual({
    All: expected.All,
    Things: expected.Things,
    Stuff: expected.Stuff,
  });
  for (const { category, pq, sq, rq, iou, tp, fp, fn } of perCategory) {
    expect({ pq, sq, rq, iou_sum: iou, tp, fp, fn }).toEqual(expected.per_class[category.id]);
  }
}

test.each([1, 2, 4, 8] as const)('equals panopticapi in every bit, summed as on %i cores', (cores) => {
  const quality = new PanopticQuality({ categories: golden.gt.categories });
  for (const image of images) quality.add(image);
  check(quality, cores, golden.expect[`cores${cores}`]);
});

test('boundary PQ equals boundary-iou-api in every bit', () => {
  const quality = new PanopticQuality({ categories: golden.gt.categories, iouType: 'boundary' });
  for (const image of images) quality.add(image);
  check(quality, 1, golden.expect.boundary_cores1);
});

test('runs in place of pixels give the same bits, boundaries too', () => {
  for (const iouType of ['mask', 'boundary'] as const) {
    const quality = new PanopticQuality({ categories: golden.gt.categories, iouType });
    for (const image of images) {
      const { groundTruth, prediction, width } = image;
      const runs = runsOfIds(groundTruth.ids as ArrayLike<number>, width);
      const predictedRuns = runsOfIds(prediction.ids as ArrayLike<number>, width);
      const both = quality.options.iouType === 'boundary';
      quality.add({
        ...image,
        groundTruth: { ...groundTruth, ids: runs },
        prediction: both ? { ...prediction, ids: predictedRuns } : prediction, // runs beside pixels are allowed
      });
    }
    check(quality, 1, golden.expect[iouType === 'mask' ? 'cores1' : 'boundary_cores1']);
  }
});

test('pairs are counted as pixel by pixel', () => {
  const ids = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 24, maxLength: 24 });
  fc.assert(
    fc.property(ids, ids, fc.constantFrom(1, 4, 24), (truth, predicted, width) => {
      const { truthIds, predictedIds, counts } = countPairs(runsOfIds(truth, width), runsOfIds(predicted, width));
      const expected = [...truthIds].flatMap((t) =>
        [...predictedIds].map((p) => truth.filter((id, k) => id === t && predicted[k] === p).length),
      );
      expect([...counts]).toEqual(expected);
      expect([...truthIds]).toEqual([...new Set(truth)].sort());
    }),
    { seed: 12 },
  );
});

test('shards in any order, saved, sent and merged, give the bits of one run', () => {
  const shards = [2, 0, 1].map((shard) => {
    const quality = new PanopticQuality({ categories: golden.gt.categories });
    for (const [index, image] of images.entries()) if (index % 3 === shard) quality.add({ ...image, index });
    return PanopticQuality.restore(JSON.parse(JSON.stringify(quality.save())));
  });
  shards[0].merge(shards[1]);
  shards[0].merge(shards[2]);
  check(shards[0], 4, golden.expect.cores4);
  expect(() => shards[0].merge(shards[2])).toThrow('PanopticQuality.merge: expected image 1 once, got it twice');
});

const categories = [
  { id: 1, isthing: 1 },
  { id: 2, isthing: 0 },
];

test('the quality of the truth with itself is 1', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 200 }), (ids) => {
      const segments = [...new Set(ids)].map((id) => ({ id, category_id: 1 + (id % 2) }));
      const quality = new PanopticQuality({ categories });
      quality.add({ groundTruth: { ids, segments }, prediction: { ids, segments } });
      expect(quality.result().all).toMatchObject({ pq: 1, sq: 1, rq: 1 });
    }),
    { seed: 4 },
  );
});

test('IoU of exactly one half is no match', () => {
  const segments = [{ id: 1, category_id: 1 }];
  const quality = new PanopticQuality({ categories });
  const truth = { ids: [1, 1, 5, 5], segments: [...segments, { id: 5, category_id: 2 }] };
  quality.add({ groundTruth: truth, prediction: { ids: [1, 1, 1, 1], segments } }); // 2 / (4 + 2 - 2)
  expect(quality.result().perCategory[0]).toMatchObject({ tp: 0, fp: 1, fn: 1 });
});

test('nothing to average is zero, not a division by zero', () => {
  expect(new PanopticQuality({ categories }).result().stuff).toEqual({ pq: 0, sq: 0, rq: 0, n: 0 });
});

test('names the id or the category that does not fit', () => {
  const add = (ids: number[], predicted: SegmentInfo[], truth: SegmentInfo[] = []) =>
    new PanopticQuality({ categories }).add({
      groundTruth: { ids: [0, 0], segments: truth },
      prediction: { ids, segments: predicted },
    });
  expect(() => add([3, 0], [])).toThrow('expected every id of the predicted pixels in segments, got 3');
  expect(() => add([0, 0], [{ id: 3, category_id: 1 }])).toThrow('expected every predicted segment to have pixels');
  expect(() => add([3, 0], [{ id: 3, category_id: 9 }])).toThrow('expected a known category for segment 3, got 9');
  expect(() => add([0], [])).toThrow('PanopticQuality: expected 2 pixels, got 1');
  expect(() => add([0, -1], [])).toThrow('expected ids that are whole numbers of 0 or more, got -1');
  expect(() => countPairs(runsOfIds([1, 1], 2), runsOfIds([1, 1], 1))).toThrow(
    'a prediction of 2 x 1 pixels, got 1 x 2',
  );
});

test('ids and colors are one another, and alpha is not read', () => {
  const ids = [0, 1, 256, 65536, 2 ** 24 - 1];
  expect([...rgbToId(idToRgb(ids))]).toEqual(ids);
  expect([...rgbToId([1, 2, 3, 255], 4)]).toEqual([1 + 2 * 256 + 3 * 65536]);
  expect(() => idToRgb([2 ** 24])).toThrow('idToRgb: expected ids of 0 to 2^24 - 1');
  expect(() => rgbToId([1, 2], 1)).toThrow('rgbToId: expected bytes of RGB or RGBA');
});
