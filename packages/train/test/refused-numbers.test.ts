import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { AdamW, cosineSchedule, polySchedule, RAdam, Sgd, smallModel, stepSchedule, warmup } from '../src/index.ts';

const KINDS = { AdamW, RAdam, Sgd };

onEveryBackend('numbers of optimizers', () => {
  test.each(Object.entries(KINDS))('%s refuses rates and gradients that are none', async (_, Kind) => {
    const weight = tf.variable(tf.tensor1d([1, 2]));
    const variables = new Map([['w', weight]]);
    const gradients = new Map([['w', tf.tensor1d([1, 1])]]);
    const optimizer = new Kind(variables);
    const before = tf.memory().numTensors;
    for (const rate of [Number.NaN, undefined as unknown as number, -1, Number.POSITIVE_INFINITY, '1' as never]) {
      expect(() => optimizer.update(gradients, rate)).toThrow('learning rate');
    }
    const whole = new Map([['w', tf.tensor1d([1, 1], 'int32')]]);
    expect(() => optimizer.update(whole, 0.1)).toThrow('expected a float32 gradient of w, got int32');
    tf.dispose([...whole.values()]);
    expect(tf.memory().numTensors).toBe(before);
    for (const learningRate of [Number.NaN, -1]) {
      const grouped = new Kind(variables, { group: () => ({ learningRate }) });
      expect(() => grouped.update(gradients, 0.1)).toThrow('learning rate of w');
      grouped.dispose();
    }
    expect(() => new Kind(variables, { weightDecay: '1' as never })).toThrow('weightDecay');
    expect([...(await weight.data())]).toEqual([1, 2]);
    expect(optimizer.steps).toBe(0);
    weight.dispose();
    optimizer.dispose();
  });
});

test('schedules refuse numbers that are none', () => {
  for (const bad of [Number.NaN, -1]) {
    expect(() => polySchedule(1, bad)).toThrow('total');
    expect(() => cosineSchedule(bad, 10)).toThrow('base');
    expect(() => stepSchedule(1, [bad])).toThrow('stepSchedule');
    expect(() => warmup(() => 1, bad)).toThrow('steps');
    for (const schedule of [polySchedule(1, 10), cosineSchedule(1, 10), stepSchedule(1, [5]), warmup(() => 1, 5)]) {
      expect(() => schedule(bad)).toThrow('step');
    }
  }
  expect(() => smallModel('foo' as never)).toThrow('smallModel: expected mask2former');
});
