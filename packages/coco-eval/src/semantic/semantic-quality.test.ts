import { expect, test } from 'vitest';
import { goldenBytes, goldenJson } from '../../test/goldens.ts';
import { SemanticQuality } from './semantic-quality.ts';

type Golden = {
  sizes: [number, number][];
  confusion: number[][];
  boundary_confusion: number[][];
  results: Record<string, number | null>;
};

// Expected: the SemSegEvaluator of detectron2 02b5c4e on 24 generated label maps of 11 classes, 255 ignored.
const golden = goldenJson<Golden>('semantic24.json.gz');

function evaluate(keep: (image: number) => boolean = () => true): SemanticQuality {
  const labels = goldenBytes('semantic24.u8.gz');
  const quality = new SemanticQuality({ classes: 11, boundary: true });
  let start = 0;
  golden.sizes.forEach(([height, width], k) => {
    const [from, to] = [start, (start += height * width)];
    const half = labels.length / 2;
    if (!keep(k)) return;
    const [groundTruth, prediction] = [labels.subarray(from, to), labels.subarray(half + from, half + to)];
    quality.add({ groundTruth, prediction, height, width });
  });
  return quality;
}

test('equals detectron2 in every bit, its boundary IoU of label maps too', () => {
  const quality = evaluate();
  const result = quality.result();
  expect([...result.confusion]).toEqual(golden.confusion.flat());
  expect(quality.save().boundaryConfusion).toEqual(golden.boundary_confusion.flat());
  const { mIoU, fwIoU, mACC, pACC } = golden.results;
  expect(result.meanIou).toBe(mIoU);
  expect(result.frequencyWeightedIou).toBe(fwIoU);
  expect(result.meanAccuracy).toBe(mACC);
  expect(result.pixelAccuracy).toBe(pACC);
  for (let k = 0; k < 11; k++) {
    expect(result.iou[k]).toBe(golden.results[`IoU-k${k}`] ?? NaN);
    expect(result.accuracy[k]).toBe(golden.results[`ACC-k${k}`] ?? NaN);
    expect(result.boundaryIou![k]).toBe(golden.results[`BoundaryIoU-k${k}`] ?? NaN);
  }
});

test('shards saved and merged are the whole', () => {
  const even = SemanticQuality.restore(JSON.parse(JSON.stringify(evaluate((k) => k % 2 === 0).save())));
  even.merge(evaluate((k) => k % 2 === 1));
  expect(even.result()).toEqual(evaluate().result());
});

test('a class predicted but never present is left out, or counts as zero, by name', () => {
  const quality = new SemanticQuality({ classes: 3 });
  quality.add({ groundTruth: [0, 0, 255], prediction: [0, 1, 2] });
  expect(quality.result().meanIou).toBe(50); // class 0: 1 of 2
  expect(quality.result({ absentClass: 'count-as-zero' }).meanIou).toBe(25); // and class 1: 0; class 2 is nowhere
});

test('labels outside the classes are errors', () => {
  const quality = new SemanticQuality({ classes: 2 });
  expect(() => quality.add({ groundTruth: [2], prediction: [0] })).not.toThrow(); // 2 takes the place of ignored
  expect(() => quality.add({ groundTruth: [3], prediction: [0] })).toThrow('expected ground truth labels of 0 to 1');
  expect(() => quality.add({ groundTruth: [0], prediction: [255] })).toThrow('expected prediction labels of 0 to 1');
});
