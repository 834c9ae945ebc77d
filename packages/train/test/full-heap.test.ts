import { BackendError, init, Linear, ParamStore, useBackend } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';

import { AdamW } from '../src/optimizers/adamw.ts';
import { Lookahead } from '../src/optimizers/lookahead.ts';
import type { Optimizer } from '../src/optimizers/optimizer.ts';
import { RAdam } from '../src/optimizers/radam.ts';
import { Sgd } from '../src/optimizers/sgd.ts';
import { type Objective, trainStep } from '../src/train-step.ts';

type Heap = { _malloc(bytes: number): number; _free(address: number): void };

type Bound = (bytes: number, blocks: number) => boolean;

/** Taken since a bound was set, less what was given back: also of what was there before. */
const taken = { bytes: 0, blocks: 0 };
let mayTake: Bound = () => true;

/** Counts what the heap gives and takes back, and refuses what the bound does. */
function watchHeap(): void {
  const heap = (tf.backend() as unknown as { wasm: Heap }).wasm;
  const { _malloc: take, _free: free } = heap;
  const sizes = new Map<number, number>();
  heap._malloc = (size) => {
    if (!mayTake(taken.bytes + size, ++taken.blocks)) throw new BackendError('wasm: expected room, got a full heap');
    const address = take(size);
    sizes.set(address, size);
    taken.bytes += size;
    return address;
  };
  heap._free = (address) => {
    taken.bytes -= sizes.get(address) ?? 0;
    sizes.delete(address);
    free(address);
  };
}

async function withRoom(bound: Bound, use: () => Promise<void>): Promise<void> {
  Object.assign(taken, { bytes: 0, blocks: 0 });
  mayTake = bound;
  await use().finally(() => (mayTake = () => true));
}

function training(optimizerOf: (variables: Map<string, tf.Variable>) => Optimizer) {
  init.seedInitializers(5);
  const params = new ParamStore();
  const [first, second] = [
    new Linear(params.root.at('a'), { inDim: 3, outDim: 7 }),
    new Linear(params.root.at('b'), { inDim: 7, outDim: 20 }),
  ];
  const objective: Objective<tf.Tensor4D, null> = {
    forward: (pixels) => second.forward(first.forward(pixels)) as tf.Tensor4D,
    decide: async () => null,
    loss: (prediction) => ({ total: tf.mean(tf.square(tf.sub(prediction, 1))) as tf.Scalar, terms: {} }),
  };
  return { params, objective, optimizer: optimizerOf(params.trainable()) };
}

async function valuesOf(params: ParamStore, optimizer: Optimizer): Promise<string> {
  const weights = await Promise.all(params.keys().map(async (key) => [...(await params.get(key).data())]));
  const state = [...(await optimizer.state())].map(([key, { values }]) => [key, ...values]);
  return JSON.stringify([optimizer.steps, weights, state]);
}

beforeAll(async () => {
  await useBackend('wasm');
  watchHeap();
});

const OPTIMIZERS: [string, (variables: Map<string, tf.Variable>) => Optimizer][] = [
  ['AdamW', (variables) => new AdamW(variables)],
  ['RAdam', (variables) => new RAdam(variables)],
  ['Sgd', (variables) => new Sgd(variables)],
  ['Lookahead', (variables) => new Lookahead(variables, new AdamW(variables), { every: 1 })],
];

type Training = ReturnType<typeof training>;
type Outcome = { error: Error; hasChanged: boolean; steps: number };

/** Updates a training of its own in less and more room, until there is enough. @returns How often */
async function inMoreAndMore(
  optimizerOf: (variables: Map<string, tf.Variable>) => Optimizer,
  boundOf: (amount: number) => Bound,
  update: (training: Training) => Promise<unknown>,
  check: (outcome: Outcome) => void,
): Promise<number> {
  for (let amount = 0; amount < 2000; amount++) {
    const made = training(optimizerOf);
    const { params, optimizer } = made;
    const [before, tensors] = [await valuesOf(params, optimizer), tf.memory().numTensors];
    let error: Error | undefined;
    await withRoom(boundOf(amount), async () => {
      await update(made).catch((reason: Error) => (error = reason));
    });
    expect(tf.memory().numTensors).toBe(tensors);
    const hasChanged = (await valuesOf(params, optimizer)) !== before;
    if (error !== undefined) check({ error, hasChanged, steps: optimizer.steps });
    optimizer.dispose();
    params.dispose();
    if (error === undefined) return amount;
  }
  throw new Error('expected room for an update in the end, got none');
}

test.each(OPTIMIZERS)(
  '%s on a heap that fills leaves no tensor, and says so where it leaves half a step',
  async (_, of) => {
    const pixels = tf.ones([1, 4, 4, 3]) as tf.Tensor4D;
    const options = { step: 0, learningRate: 0.1 };
    const tries = await inMoreAndMore(
      of,
      (amount) => (_bytes, blocks) => blocks <= amount,
      ({ params, optimizer, objective }) => trainStep(params, optimizer, objective, { pixels, targets: [] }, options),
      ({ error, hasChanged }) => {
        expect(error.message).toContain('wasm: expected room');
        expect(error.message.includes('go on from the last checkpoint')).toBe(hasChanged);
      },
    );
    expect(tries).toBeGreaterThan(20);
    pixels.dispose();
  },
);

const BY_THEIR_RULE = OPTIMIZERS.slice(0, 3);
test.each(BY_THEIR_RULE)('%s on a heap that is too small takes no step or the whole one', async (_, of) => {
  const tries = await inMoreAndMore(
    of,
    (amount) => (bytes) => bytes <= 32 * amount,
    async ({ params, optimizer }) => {
      const gradients = new Map(params.keys().map((key) => [key, params.get(key)]));
      const norm = tf.scalar(1);
      try {
        optimizer.update(gradients, 0.1, norm);
      } finally {
        norm.dispose();
      }
    },
    ({ hasChanged, steps }) => {
      expect(hasChanged).toBe(false);
      expect(steps).toBe(0);
    },
  );
  expect(tries).toBeGreaterThan(20);
});

test('a gradient without a parameter changes nothing', async () => {
  for (const [, of] of OPTIMIZERS) {
    const { params, optimizer } = training(of);
    const [key] = params.keys();
    const [known, unknown] = [tf.onesLike(params.get(key!)), tf.ones([2])];
    const before = await valuesOf(params, optimizer);
    const update = (gradients: [string, tf.Tensor][]) => optimizer.update(new Map(gradients), 0.1, tf.scalar(1));
    expect(() =>
      update([
        [key!, known],
        ['nobody', unknown],
      ]),
    ).toThrow('expected a key of the parameters, got nobody');
    expect(() => update([[key!, unknown]])).toThrow(/update: expected a gradient \[.*\] of a\..*, got \[2\]/);
    expect(await valuesOf(params, optimizer)).toBe(before);
    optimizer.dispose();
    params.dispose();
  }
});
