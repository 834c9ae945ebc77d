import { useBackend } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';

import {
  boxDistanceCost,
  boxOverlapCost,
  classCost,
  diceCost,
  focalClassCost,
  generalizedIou,
  maskCrossEntropyCost,
  maskDiceCost,
  maskFocalCost,
  matchQueries,
  pqSimilarity,
} from '../src/index.ts';

beforeAll(async () => void (await useBackend('cpu')));

// biome-ignore lint/suspicious/noExplicitAny: arguments that the types refuse too
type Any = any;
const NONE = [undefined, null, [[1, 2]], {}, 'x', Promise.resolve(1)];

const OF_PAIRS = { boxDistanceCost, boxOverlapCost, diceCost, maskCrossEntropyCost, maskFocalCost, maskDiceCost };

test.each(Object.entries(OF_PAIRS))('%s asks for tensors', (name, cost: (a: Any, b: Any) => unknown) => {
  for (const given of NONE) {
    expect(() => cost(given, tf.ones([2, 4]))).toThrow(new RegExp(`^${name}: expected a tensor as \\w+, got `));
    expect(() => cost(tf.ones([2, 4]), given)).toThrow(`${name}: expected a tensor as targets, got `);
  }
});

test.each(Object.entries({ classCost, focalClassCost }))('%s asks for logits and classes', (name, cost) => {
  for (const given of NONE) {
    expect(() => cost(given as Any, tf.tensor1d([0], 'int32'))).toThrow(
      `${name}: expected a tensor as classLogits, got `,
    );
    expect(() => cost(tf.ones([2, 3]), given as Any)).toThrow(`${name}: expected a tensor as classes, got `);
  }
});

test('overlaps, similarities and costs ask for what they are of', async () => {
  for (const given of NONE) {
    expect(() => generalizedIou(tf.ones([1, 4]), given as Any)).toThrow('generalizedIou: expected a tensor as b, got ');
    expect(() => pqSimilarity(given as Any)).toThrow('pqSimilarity: expected a tensor as maskProbabilities');
  }
  expect(() => pqSimilarity({ maskProbabilities: tf.ones([2, 2]) } as Any)).toThrow(
    'pqSimilarity: expected a tensor as classProbabilities, got none',
  );
  await expect(matchQueries(tf.ones([2, 2]) as Any)).rejects.toThrow('matchQueries: expected a function as costs');
});
