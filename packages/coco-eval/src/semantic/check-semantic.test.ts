import { expect, test } from 'vitest';
import { checkSemantic } from './check-semantic.ts';
import { SemanticQuality } from './semantic-quality.ts';
import type { SemanticQualityOptions } from './semantic-types.ts';

function check(groundTruth: number[], options: Partial<SemanticQualityOptions> = {}) {
  const quality = new SemanticQuality({ classes: 2, ...options });
  quality.add({ groundTruth, prediction: groundTruth.map(() => 0) });
  return checkSemantic(quality.result(), ['ground', 'road']).map(({ code, examples }) => [code, ...examples]);
}

test('masks of 0 and 255 are named: the class is absent, and its pixels are ignored', () => {
  expect(check([0, 0, 0, 255])).toEqual([
    ['class without pixels', 'class road'],
    ['ignored pixels', '25.0% of 4 pixels'],
  ]);
});

test('a picture that is mostly ignored is named, a border is not', () => {
  expect(check([0, 1, 255, 255, 255])).toEqual([['ignored pixels', '60.0% of 5 pixels']]);
  expect(check([0, 1, 255])).toEqual([]);
});

test('labels counted from 1 are named', () => {
  expect(check([1, 2, 2])).toEqual([
    ['class without pixels', 'class ground'],
    ['ignored pixels', '66.7% of 3 pixels'],
    ['label beyond classes', '2 pixels of 2'],
  ]);
  expect(check([0, 1, 2], { ignoreLabel: 2 })).toEqual([]);
});

test.each([0.5, NaN, -1, '1', null])('a label %j is none', (label) => {
  const quality = new SemanticQuality({ classes: 2 });
  expect(() => quality.add({ groundTruth: [label as number], prediction: [0] })).toThrow(
    'expected ground truth labels',
  );
  expect(() => quality.add({ groundTruth: [0], prediction: [label as number] })).toThrow('expected prediction labels');
  expect(quality.result().images).toBe(0);
});

test.each([
  { classes: 0 },
  { classes: 1.5 },
  { classes: NaN },
  { classes: 1e9 },
  { ignoreLabel: NaN },
  { ignoreLabel: null },
])('options %j are refused', (options) => {
  expect(() => new SemanticQuality({ classes: 2, ...options } as never)).toThrow(/SemanticQuality: expected .*, got/);
});
