import { useBackend } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';

import {
  balancedCrossEntropy,
  boundaryLoss,
  diceDistance,
  diceLoss,
  lovaszHinge,
  lovaszSoftmax,
  maskCrossEntropy,
  maskCrossEntropyLoss,
  maskDiceDistance,
  sigmoidFocal,
  sigmoidFocalLoss,
  squaredDiceDistance,
} from '../src/index.ts';

beforeAll(async () => void (await useBackend('cpu')));

// biome-ignore lint/suspicious/noExplicitAny: arguments that the types refuse too
type Any = any;
const masks = (): Any => tf.ones([2, 4]);
const NONE = [undefined, null, [[1, 2]], {}, 'x', Promise.resolve(1)];

/** Terms of logits and targets, whatever else they take. */
const PAIRS: [string, (logits: Any, targets: Any) => unknown][] = [
  ['balancedCrossEntropy', (logits, targets) => balancedCrossEntropy(logits, targets, 2)],
  ['diceDistance', diceDistance],
  ['diceLoss', (logits, targets) => diceLoss(logits, targets, 1)],
  ['maskCrossEntropy', maskCrossEntropy],
  ['maskCrossEntropyLoss', (logits, targets) => maskCrossEntropyLoss(logits, targets, 1)],
  ['sigmoidFocal', sigmoidFocal],
  ['sigmoidFocalLoss', (logits, targets) => sigmoidFocalLoss(logits, targets, 1)],
  ['squaredDiceDistance', squaredDiceDistance],
];

test.each(PAIRS)('%s asks for tensors', (name, term) => {
  const rank = name === 'squaredDiceDistance' ? tf.ones([2, 2, 2]) : masks();
  for (const given of NONE) {
    expect(() => term(given, rank)).toThrow(/^\w+: expected a tensor as logits, got /);
    expect(() => term(rank, given)).toThrow(/^\w+: expected a tensor as targets, got /);
  }
});

test('terms of other inputs name them', () => {
  for (const given of NONE as Any[]) {
    expect(() => boundaryLoss(masks(), given)).toThrow('boundaryLoss: expected a tensor as distances, got ');
    expect(() => lovaszHinge(masks(), masks(), given)).toThrow('lovaszHinge: expected a tensor as slopes, got ');
    expect(() => lovaszHinge(given, masks(), masks())).toThrow('lovaszHinge: expected a tensor as logits, got ');
    expect(() => lovaszSoftmax(given, tf.ones([2]), masks())).toThrow(
      'lovaszSoftmax: expected a tensor as logits, got ',
    );
    expect(() => maskDiceDistance(given, tf.ones([1, 2, 2]))).toThrow(
      'maskDiceDistance: expected a tensor as masks, got ',
    );
  }
});
