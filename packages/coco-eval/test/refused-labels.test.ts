import { expect, test } from 'vitest';
import { SemanticQuality } from '../src/semantic/semantic-quality.ts';

test.each([
  { groundTruth: {}, prediction: {} },
  { groundTruth: 5, prediction: 5 },
  { groundTruth: '', prediction: '' },
  {},
  5,
  null,
])('an image of %j is refused, and not counted', (image) => {
  const quality = new SemanticQuality({ classes: 2 });
  expect(() => quality.add(image as never)).toThrow(/^SemanticQuality.*: expected .*, got/);
  expect(quality.result().images).toBe(0);
});

test('nothing is merged with itself, nor with what is no SemanticQuality', () => {
  const quality = new SemanticQuality({ classes: 2 });
  quality.add({ groundTruth: [0, 1], prediction: [0, 0] });
  const before = quality.save();
  const merging = (other: unknown) => () => quality.merge(other as never);
  expect(merging(quality)).toThrow('SemanticQuality.merge: expected another SemanticQuality, got "itself"');
  expect(merging(quality.save())).toThrow('SemanticQuality.merge: expected another SemanticQuality, got {');
  expect(quality.save()).toEqual(before);
});

test.each([
  [2.5, 1.6],
  [-2, -2],
  ['2', '2'],
  [null, 4],
])('boundaries of %j x %j pixels are refused before anything is counted', (height, width) => {
  const quality = new SemanticQuality({ classes: 2, boundary: true });
  const before = quality.save();
  const labels = [0, 1, 1, 0];
  const add = () => quality.add({ groundTruth: labels, prediction: labels, height, width } as never);
  expect(add).toThrow('expected height and width of 4 pixels for boundaries');
  expect(quality.save()).toEqual(before);
});
