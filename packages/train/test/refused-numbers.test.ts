import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import {
  AdamW,
  cosineSchedule,
  lossCurve,
  polySchedule,
  RAdam,
  Sgd,
  saveWeights,
  smallModel,
  stepSchedule,
  warmup,
} from '../src/index.ts';

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

test('optimizers, weights, curves and schedules say what they take', async () => {
  const nothing: unknown[] = [null, undefined, {}, [], 'x', 5];
  for (const value of nothing) {
    for (const Kind of Object.values(KINDS)) {
      expect(() => new Kind(value as never)).toThrow('expected a Map of variables by key as parameters, got');
    }
    await expect(saveWeights(value as never)).rejects.toThrow('expected a ParamStore as params, got');
    expect(() => lossCurve(value as never, 'title')).toThrow('lossCurve: expected a list of 1 or more');
  }
  expect(() => lossCurve([{ step: 0, loss: 1 }], undefined as never)).toThrow('title');
  expect(() => lossCurve([{ step: 0 } as never], 'title')).toThrow('a step and its loss');
  expect(lossCurve([{ step: 0, loss: Number.NaN }], 'title')).toContain('</svg>'); // a step that was skipped
  for (const value of nothing.filter((one) => !Array.isArray(one))) {
    expect(() => stepSchedule(1, value as never)).toThrow('expected a list of steps as milestones, got');
  }
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
