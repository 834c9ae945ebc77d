import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { ParamStore } from '@seg/core';
import { expect, test } from 'vitest';

import { AdamW } from './adamw.ts';
import { Lookahead } from './lookahead.ts';
import { ParameterAverage } from './parameter-average.ts';
import { RAdam } from './radam.ts';
import { Sgd } from './sgd.ts';

const none = new Map<string, tf.Variable>();

test.each([
  ['AdamW.betas[1]: expected a number of at least 0 and below 1, got 1', () => new AdamW(none, { betas: [0.9, 1] })],
  ['AdamW.weightDecay: expected a number of at least 0, got -1', () => new AdamW(none, { weightDecay: -1 })],
  ['AdamW.clipNorm: expected a number above 0, got 0', () => new AdamW(none, { clipNorm: 0 })],
  ['RAdam.betas[0]', () => new RAdam(none, { betas: [Number.NaN, 0.9] })],
  ['RAdam.epsilon: expected a number above 0, got 0', () => new RAdam(none, { epsilon: 0 })],
  ['Sgd.momentum', () => new Sgd(none, { momentum: Number.NaN })],
  ['Lookahead.every: expected a whole number', () => new Lookahead(none, new Sgd(none), { every: 0 })],
  ['Lookahead.part', () => new Lookahead(none, new Sgd(none), { part: 2 })],
  ['ParameterAverage: expected', () => new ParameterAverage(new ParamStore(), 2)],
])('%s', (reason, make) => {
  const before = tf.memory().numTensors;
  expect(make).toThrow(reason);
  expect(tf.memory().numTensors).toBe(before);
});
