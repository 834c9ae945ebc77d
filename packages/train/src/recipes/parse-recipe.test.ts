import type { AugmentStep } from '@seg/data';
import { expect, test } from 'vitest';

import { finetuneRecipe } from './finetune.ts';
import { parseRecipe } from './parse-recipe.ts';

const BASE = finetuneRecipe({ model: 'mask2former', isNew: true });

test('a recipe that was printed is read as it was', () => {
  expect(parseRecipe('r.json', JSON.stringify(BASE), BASE)).toEqual(BASE);
});

test('fields of the file stand in place of the base’s', () => {
  const read = parseRecipe('r.json', '{"steps": 10, "optimizer": {"kind": "sgd", "momentum": 0.8}}', BASE);
  expect(read).toEqual({ ...BASE, steps: 10, warmup: 1, optimizer: { kind: 'sgd', momentum: 0.8 } });
});

test.each([
  ['{', 'r.json: expected JSON'],
  ['[]', 'r.json: expected an object, got []'],
  ['{"step": 3}', 'r.json: expected no such field as step, got 3'],
  ['{"steps": 0}', 'as steps, got 0'],
  ['{"steps": "10"}', 'as steps, got "10"'],
  ['{"learningRate": null}', 'as learningRate, got null'],
  ['{"learningRate": -1}', 'as learningRate, got -1'],
  ['{"average": 1}', 'expected <1 as average, got 1'],
  [
    '{"augment": [{"kind": "shortest-edge", "shortestEdges": [], "longestEdge": 9}]}',
    'as augment[0].shortestEdges, got []',
  ],
  ['{"augment": [{"kind": "one-of", "choices": []}]}', 'as augment[0].choices, got []'],
  [
    '{"augment": [{"kind": "scale-jitter", "size": [9, 9], "range": [2, 1]}]}',
    'the smaller end first as augment[0].range',
  ],
  ['{"augment": [{"kind": "crop", "size": {"least": 9, "most": 8}}]}', 'augment[0].size'],
  ['{"schedule": {"kind": "linear"}}', 'as schedule.kind, got "linear"'],
  ['{"groups": [{"keys": "("}]}', 'as groups[0].keys, got "("'],
  ['{"freeze": [1]}', 'as freeze[0], got 1'],
  ['{"optimizer": {"kind": "sgd", "betas": [0, 1]}}', 'as optimizer.betas, got [0,1]'],
  ['{"augment": [{"kind": "flip", "chance": 2}]}', 'as augment[0].chance, got 2'],
  ['{"augment": [{"kind": "zoom"}]}', 'as augment[0].kind, got "zoom"'],
  ['{"augment": [{"kind": "mosaic", "chance": 0.5, "size": [0, 8]}]}', 'as augment[0].size[0], got 0'],
  ['{"augment": [{"kind": "crop", "size": [16384, 16384]}]}', 'expected at most 16777216 pixels as augment[0].size'],
  ['{"steps": 1e999}', 'as steps, got Infinity'],
  ['{"batch": 5000}', 'as batch, got 5000'],
  ['{"resize": {"kind": "square"}}', 'as resize.side, got nothing'],
  ['{"nmsThreshold": 70}', 'as nmsThreshold, got 70'],
  ['{"distinctSamples": 0}', 'as distinctSamples, got 0'],
  ['{"distinctSamples": 1e9}', 'as distinctSamples, got 1000000000'],
  ['{"keptFeatures": {"bytes": -1}}', 'as keptFeatures.bytes, got -1'],
  ['{"keptFeatures": {"precision": "int8"}}', 'as keptFeatures.precision, got "int8"'],
  ['{"keptFeatures": {"byte": 1}}', 'as keptFeatures.byte, got 1'],
  ['{"average": 1.5}', 'as average, got 1.5'],
])('%s is refused by name', (text, reason) => {
  expect(() => parseRecipe('r.json', text, BASE)).toThrow(reason);
});

test('every step may have all the fields of its type', () => {
  const size = [8, 8];
  const augment: Required<AugmentStep>[] = [
    { kind: 'flip', axis: 'vertical', chance: 0.5 },
    { kind: 'turn', chance: 0.5 },
    { kind: 'scale-jitter', size: [8, 8], range: [0.5, 2], leastShare: 0.1 },
    { kind: 'shortest-edge', shortestEdges: [8], longestEdge: 16 },
    { kind: 'crop', size: [8, 8], keep: 'object', leastShare: 0.1 },
    { kind: 'color' },
    { kind: 'one-of', choices: [[{ kind: 'color' }]] },
    { kind: 'mosaic', chance: 0.5, otherwise: [], size: [8, 8], range: [0.5, 2], leastShare: 0.1 },
    { kind: 'copy-paste', chance: 0.5, source: [], share: 0.5, leastShare: 0.1 },
  ];
  expect(parseRecipe('r.json', JSON.stringify({ augment }), BASE).augment).toEqual(augment);
  const bad = JSON.stringify({ augment: [{ kind: 'crop', size, keep: 'all' }] });
  expect(() => parseRecipe('r.json', bad, BASE)).toThrow('as augment[0].keep, got "all"');
});
