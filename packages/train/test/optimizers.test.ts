import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { AdamW } from '../src/optimizers/adamw.ts';
import { Lookahead } from '../src/optimizers/lookahead.ts';
import type { Optimizer } from '../src/optimizers/optimizer.ts';
import { groupsByKey } from '../src/optimizers/parameter-groups.ts';
import { RAdam } from '../src/optimizers/radam.ts';
import { Sgd } from '../src/optimizers/sgd.ts';

const START = [1, -2, 3];
const GRADIENTS = [[0.5, -1, 2], [0.1, 0.3, -0.2], [-0.4, 0.2, 0.6], [1, 1, 1], [0.2, -0.6, 0.1], [0.3, 0.3, 0.3], [-1, 0.5, 0.25], [0.1, 0.2, 0.3]]; // biome-ignore format: one step each

type Make = (variables: Map<string, tf.Variable>) => Optimizer;

/** Parameters after each step; checks on the way that nothing else stays behind. */
async function run(
  make: Make,
  gradients = GRADIENTS,
  from?: { values: number[]; restore(optimizer: Optimizer): void },
) {
  const before = tf.memory().numTensors;
  const parameter = tf.tidy(() => tf.variable(tf.tensor1d(from?.values ?? START)));
  const optimizer = make(new Map([['w', parameter]]));
  from?.restore(optimizer);
  const held = tf.memory().numTensors;
  const path: number[][] = [];
  for (const values of gradients) {
    const gradient = tf.tensor1d(values);
    const norm = optimizer.update(new Map([['w', gradient]]), 0.1);
    tf.dispose([gradient, norm]);
    path.push([...(await parameter.data())]);
  }
  expect(tf.memory().numTensors).toBe(held);
  const [state, { steps }] = [await optimizer.state(), optimizer];
  optimizer.dispose();
  parameter.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return { path, state, steps };
}

// torch.optim of PyTorch 2.13 in float64, learning rate 0.1, after 4 and 8 steps; 1e-5 is ten times float32's rounding
const PUBLISHED: [string, Make, number[], number[]][] = [
  [
    'AdamW',
    (variables) => new AdamW(variables, { weightDecay: 0.05 }),
    [0.739861729, -1.826739401, 2.650390955],
    [0.599893396, -1.852119929, 2.36338976],
  ],
  [
    'RAdam',
    (variables) => new RAdam(variables, { weightDecay: 0.01 }),
    [0.882199906, -1.868442577, 2.54690789],
    [0.847957613, -1.863663318, 2.466547078],
  ],
  [
    'Sgd',
    (variables) => new Sgd(variables, { weightDecay: 0.01 }),
    [0.768364028, -1.858098107, 2.12708335],
    [0.446625889, -2.025999198, 1.0109107],
  ],
];

const ALL: [string, Make][] = [
  ...PUBLISHED.map(([name, make]): [string, Make] => [name, make]),
  ['Lookahead', (variables) => new Lookahead(variables, new Sgd(variables, { weightDecay: 0.01 }), { every: 3 })],
];

onEveryBackend('optimizers', () => {
  test.each(PUBLISHED)('%s goes the way of PyTorch', async (_, make, after4, after8) => {
    const { path } = await run(make);
    for (const [found, expected] of [
      [path[3], after4],
      [path[7], after8],
    ] as const) {
      for (const [i, value] of expected.entries()) expect(Math.abs(found[i] - value)).toBeLessThan(1e-5);
    }
  });

  test.each(ALL)('%s, stopped and restored, goes on to the same numbers', async (_, make) => {
    const whole = await run(make);
    const first = await run(make, GRADIENTS.slice(0, 5));
    const rest = await run(make, GRADIENTS.slice(5), {
      values: first.path[4],
      restore: (optimizer) => optimizer.restore((key) => first.state.get(key) ?? null, first.steps),
    });
    expect([...first.path, ...rest.path]).toEqual(whole.path);
    expect(rest.steps).toBe(8);
  });

  test('slow weights are half way between the last ones and the inner optimizer’s', async () => {
    const inner: Make = (variables) => new Sgd(variables, { momentum: 0, weightDecay: 0 });
    const { path } = await run(
      (variables) => new Lookahead(variables, inner(variables), { every: 2 }),
      [
        [1, 1, 1],
        [1, 1, 1],
      ],
    );
    expect(path[0]).toEqual([0.9, -2.1, 2.9].map(Math.fround));
    for (const [i, value] of [0.9, -2.1, 2.9].entries()) expect(path[1][i]).toBeCloseTo(value, 6); // 1 + (0.8 − 1) / 2
  });

  test('gradients beyond the bound are scaled to it, others are left', async () => {
    const make: Make = (variables) => new Sgd(variables, { momentum: 0, weightDecay: 0, clipNorm: 5 });
    const { path } = await run(make, [
      [30, 0, 40],
      [3, 0, 4],
    ]);
    for (const [i, value] of [0.7, -2, 2.6].entries()) expect(path[0][i]).toBeCloseTo(value, 5);
    for (const [i, value] of [0.4, -2, 2.2].entries()) expect(path[1][i]).toBeCloseTo(value, 5);
  });

  test('a state of another shape is refused before anything changes', async () => {
    const parameter = tf.variable(tf.tensor1d(START));
    const variables = new Map([['w', parameter]]);
    const optimizer = new Lookahead(variables, new AdamW(variables));
    const stored = await optimizer.state();
    stored.set('optimizer.second.w', { shape: [2], values: new Float32Array(2) });
    expect(() => optimizer.restore((key) => stored.get(key) ?? null, 3)).toThrow(
      'AdamW.restore: expected optimizer.second.w [3], got [2]',
    );
    expect(optimizer.steps).toBe(0);
    optimizer.dispose();
    parameter.dispose();
  });
});

test('factors of groups that find a key multiply', () => {
  const group = groupsByKey([
    { keys: '^backbone\\.', learningRate: 0.1 },
    { keys: 'norm', learningRate: 0.5, weightDecay: 0 },
  ]);
  expect(group('backbone.norm.weight')).toEqual({ learningRate: 0.05, weightDecay: 0 });
  expect(group('head.weight')).toEqual({ learningRate: 1, weightDecay: 1 });
});
