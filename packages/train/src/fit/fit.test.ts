import { bytesOf, openSafetensors } from '@seg/checkpoint/safetensors';
import { Linear, type ParamStore, useBackend } from '@seg/core';
import { onEveryBackend, testedBackends } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { type FitOptions, fit } from './fit.ts';
import type { FitEvent } from './fit-event.ts';
import type { SavedTraining, TrainingStorage } from './training-storage.ts';

const RECIPE = { steps: 6, learningRate: 0.05, warmup: 2, weightDecay: 0.1, clipNorm: 1, seed: 3 };

/** Keeps what was written in memory. */
function memory(): TrainingStorage & { saved: SavedTraining | null; writes: number } {
  return {
    saved: null,
    writes: 0,
    async read() {
      return this.saved === null ? [] : [this.saved];
    },
    async write(checkpoint, log) {
      this.saved = { checkpoint: bytesOf('memory', checkpoint), log: structuredClone(log) };
      this.writes++;
    },
  };
}

async function* batchesFrom(step: number, end = Number.POSITIVE_INFINITY) {
  for (let s = step; s < end; s++)
    yield { pixels: tf.randomNormal<tf.Rank.R4>([1, 2, 2, 3], 0, 1, 'float32', s + 1), targets: [] };
}

function options(storage: TrainingStorage): FitOptions<Linear, tf.Tensor4D, null> {
  return {
    title: 'a line',
    storage,
    build: (params: ParamStore) => new Linear(params.root, { inDim: 3, outDim: 2 }),
    objectiveFor: (layer) => ({
      forward: (pixels) => layer.forward(pixels),
      decide: async () => null,
      loss: (prediction) => ({ total: tf.sum(tf.square(tf.sub(prediction, 1))), terms: {} }),
    }),
    recipe: RECIPE,
    batchesFrom,
    saveEvery: 4,
  };
}

/** Bytes of a checkpoint. */
function bytes({ saved }: { saved: SavedTraining | null }): Uint8Array {
  const { checkpoint } = saved!;
  return checkpoint.read(0, checkpoint.size);
}

/** All events of a training; its parameters are freed. */
async function eventsOf(training: AsyncIterable<FitEvent<Linear>>): Promise<FitEvent<Linear>[]> {
  const events: FitEvent<Linear>[] = [];
  for await (const event of training) {
    events.push(event);
    if (event.type === 'end') event.params.dispose();
  }
  return events;
}

function ofType<T extends FitEvent<Linear>['type']>(events: FitEvent<Linear>[], type: T) {
  return events.filter((event): event is Extract<FitEvent<Linear>, { type: T }> => event.type === type);
}

/** All that the recipe offers, at once. */
const FULL = {
  ...RECIPE,
  optimizer: { kind: 'radam' },
  schedule: { kind: 'poly' },
  lookahead: { every: 2 },
  average: 0.9,
  accumulate: 2,
} as const;

test.runIf(testedBackends().includes('webgpu'))(
  'a device lost in the middle: the training says so, and the next one goes on to the same numbers',
  async () => {
    await useBackend('webgpu');
    const [whole, parts] = [memory(), memory()];
    await eventsOf(fit({ ...options(whole), saveEvery: 2 }));
    const losing = async () => {
      for await (const event of fit({ ...options(parts), saveEvery: 2 })) {
        if (event.type !== 'step' || event.step !== 2) continue;
        (tf.backend() as unknown as { device: GPUDevice }).device.destroy();
      }
    };
    await expect(losing()).rejects.toThrow(/^webgpu: expected a device, got a lost one/);
    const events = await eventsOf(fit({ ...options(parts), saveEvery: 2 }));
    expect(ofType(events, 'continued')).toEqual([{ type: 'continued', step: 2 }]);
    expect(bytes(parts)).toEqual(bytes(whole));
  },
);

onEveryBackend('fit', () => {
  test.each([RECIPE, FULL])('stopped and continued, ends in the bytes and the log of one run', async (recipe) => {
    const [whole, parts] = [memory(), memory()];
    const before = tf.memory().numTensors;
    const validation = { every: 2, run: async () => ({ score: 1, metrics: { one: 1 } }) };
    await eventsOf(fit({ ...options(whole), recipe, validation }));
    expect(whole.writes).toBe(2);
    expect(tf.memory().numTensors).toBe(before);
    const events: FitEvent<Linear>[] = [];
    for (const stopAt of [3, 6])
      events.push(...(await eventsOf(fit({ ...options(parts), recipe, validation, stopAt }))));
    expect(ofType(events, 'continued')).toEqual([{ type: 'continued', step: 3 }]);
    expect(ofType(events, 'end').map(({ reason, step }) => [reason, step])).toEqual([
      ['stopped', 3],
      ['finished', 6],
    ]);
    expect(bytes(parts)).toEqual(bytes(whole));
    expect(parts.saved!.log).toEqual(whole.saved!.log);
    expect(whole.saved!.log.steps.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(whole.saved!.log.validations.map(({ step }) => step)).toEqual([2, 4, 6]);
  });

  test('the model that is given away and the one that is validated are the averaged one', async () => {
    const storage = memory();
    let seen: number[] = [];
    const validation = {
      every: 6,
      run: async (model: Linear) => {
        seen = [...(await model.weight.data())];
        return { score: 1, metrics: {} };
      },
    };
    for await (const event of fit({ ...options(storage), recipe: FULL, validation })) {
      if (event.type !== 'end') continue;
      expect([...(await event.model.weight.data())]).toEqual(seen);
      event.params.dispose();
    }
    const last = openSafetensors(bytesOf('last', bytes(storage))).read('weight')!;
    expect([...last.values]).not.toEqual(seen);
  });

  test('the best validation is kept, and no better ones end the training, also when it is asked to go on', async () => {
    const storage = memory();
    const kept: string[] = [];
    const writeBest = async (weights: Uint8Array) => {
      kept.push(openSafetensors(bytesOf('best', weights)).metadata.step);
    };
    const scores = [0.2, 0.5, 0.4, 0.5, 0.9];
    const validation = {
      every: 1,
      patience: 2,
      run: async (_: Linear, step: number) => ({ score: scores[step - 1], metrics: {} }),
    };
    const run = () =>
      eventsOf(
        fit({
          ...options({ ...storage, write: storage.write.bind(storage), read: storage.read.bind(storage), writeBest }),
          validation,
        }),
      );
    const events = await run();
    expect(kept).toEqual(['1', '2']);
    expect(ofType(events, 'validation').map(({ isBest }) => isBest)).toEqual([true, true, false, false]);
    expect(ofType(events, 'end').map(({ reason, step }) => [reason, step])).toEqual([['no better', 4]]);
  });

  test('a signal ends it behind the step at hand, with a checkpoint', async () => {
    const storage = memory();
    const controller = new AbortController();
    const events: FitEvent<Linear>[] = [];
    for await (const event of fit({ ...options(storage), signal: controller.signal })) {
      events.push(event);
      if (event.type === 'step' && event.step === 1) controller.abort();
      if (event.type === 'end') event.params.dispose();
    }
    expect(ofType(events, 'end').map(({ reason, step }) => [reason, step])).toEqual([['aborted', 2]]);
    expect(storage.saved!.log.steps).toHaveLength(2);
  });

  test('timers have their turn between steps, and with them signals', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 0);
    const training = fit({ ...options(memory()), signal: controller.signal, saveEvery: 1_000 });
    expect(ofType(await eventsOf(training), 'end').map(({ reason }) => reason)).toEqual(['aborted']);
  });

  test('whoever stops listening leaves nothing behind', async () => {
    const before = tf.memory().numTensors;
    for await (const event of fit(options(memory()))) if (event.type === 'step') break;
    expect(tf.memory().numTensors).toBe(before);
  });

  test('frozen parameters keep their values, and a pattern that finds none is refused', async () => {
    const recipe = { ...RECIPE, freeze: ['^weight$'] };
    for await (const event of fit({ ...options(memory()), recipe: { ...recipe, steps: 1, learningRate: 0 } })) {
      if (event.type === 'end') event.params.dispose();
    }
    const [still, moved] = [memory(), memory()];
    await eventsOf(fit({ ...options(still), recipe: { ...recipe, steps: 1, warmup: 0 } }));
    await eventsOf(fit({ ...options(moved), recipe }));
    const weight = ({ saved }: { saved: SavedTraining | null }) => openSafetensors(saved!.checkpoint).read('weight')!;
    const bias = ({ saved }: { saved: SavedTraining | null }) => openSafetensors(saved!.checkpoint).read('bias')!;
    expect(weight(moved)).toEqual(weight(still));
    expect(bias(moved)).not.toEqual(bias(still));
    const misspelt = eventsOf(fit({ ...options(memory()), recipe: { ...RECIPE, freeze: ['^wieght$'] } }));
    await expect(misspelt).rejects.toThrow("freeze: expected a pattern of the model's keys, got ^wieght$");
  });

  test('groups that find no parameter are told of, and train nothing else', async () => {
    const groups = [
      { keys: 'bias', weightDecay: 0 },
      { keys: 'wieght', learningRate: 0 },
    ];
    const events = await eventsOf(fit({ ...options(memory()), recipe: { ...RECIPE, groups } }));
    expect(ofType(events, 'warning').map(({ message }) => message)).toEqual([
      "groups: expected a pattern of the model's keys, got wieght",
    ]);
    expect(ofType(events, 'end')).toHaveLength(1);
  });

  test('a damaged checkpoint is told, and the one before it taken: the same bytes in the end', async () => {
    const [whole, parts] = [memory(), memory()];
    await eventsOf(fit(options(whole)));
    const states: SavedTraining[] = [];
    for (const stopAt of [2, 4]) {
      await eventsOf(fit({ ...options(parts), stopAt }));
      states.unshift(parts.saved!);
    }
    const damaged = bytes(parts).slice();
    damaged[damaged.length - 1] ^= 0x40; // an exponent
    states[0] = { ...states[0], checkpoint: bytesOf('newest', damaged) };
    const storage = { ...parts, read: async () => states, write: parts.write.bind(parts) };
    const events = await eventsOf(fit(options(storage)));
    expect(ofType(events, 'warning')[0].message).toMatch(/^newest: expected the checksum /);
    expect(ofType(events, 'continued')).toEqual([{ type: 'continued', step: 2 }]);
    expect(bytes(parts)).toEqual(bytes(whole));
    const alone = eventsOf(fit(options({ ...parts, read: async () => states.slice(0, 1) })));
    await expect(alone).rejects.toThrow('newest: expected the checksum');
  });

  test('batches that end too soon are named by their step', async () => {
    const failed = eventsOf(fit({ ...options(memory()), batchesFrom: (step) => batchesFrom(step, 2) }));
    await expect(failed).rejects.toThrow('fit: expected batches up to step 6, got none at step 2');
  });

  test('two batches of one image in one step are one batch of two, where the loss is a mean over images', async () => {
    const images = (count: number, batch: number) =>
      tf.tidy(() =>
        tf.slice(
          tf.randomNormal<tf.Rank.R4>([8, 2, 2, 3], 0, 1, 'float32', 5),
          [batch * count, 0, 0, 0],
          [count, 2, 2, 3],
        ),
      );
    async function* of(count: number, first: number) {
      for (let batch = first; ; batch++) yield { pixels: images(count, batch % (8 / count)), targets: [] };
    }
    const objectiveFor: FitOptions<Linear, tf.Tensor4D, null>['objectiveFor'] = (layer) => ({
      forward: (pixels) => layer.forward(pixels),
      decide: async () => null,
      loss: (prediction) => ({ total: tf.mean(tf.square(tf.sub(prediction, 1))), terms: {} }),
    });
    const [one, two] = [memory(), memory()];
    await eventsOf(fit({ ...options(one), objectiveFor, batchesFrom: (first) => of(2, first) }));
    const recipe = { ...RECIPE, accumulate: 2 };
    await eventsOf(fit({ ...options(two), objectiveFor, recipe, batchesFrom: (first) => of(1, first) }));
    const [a, b] = [one, two].map(({ saved }) => openSafetensors(saved!.checkpoint).read('weight')!.values);
    for (const [i, value] of a.entries()) expect(Math.abs(b[i] - Number(value))).toBeLessThan(1e-5); // float32 sums
  });
});

const VALIDATION = { every: 2, run: async () => ({ score: 1, metrics: {} }) };

test.each([
  ['recipe: expected', { recipe: { ...RECIPE, steps: 0 } }],
  ['as steps, got NaN', { recipe: { ...RECIPE, steps: Number.NaN } }],
  ['as steps, got 1e+300', { recipe: { ...RECIPE, steps: 1e300 } }],
  ['as learningRate, got Infinity', { recipe: { ...RECIPE, learningRate: Number.POSITIVE_INFINITY } }],
  ['as accumulate, got 0', { recipe: { ...RECIPE, accumulate: 0 } }],
  ['as average, got 2', { recipe: { ...RECIPE, average: 2 } }],
  ['as optimizer.betas[1], got 1', { recipe: { ...RECIPE, optimizer: { kind: 'adamw', betas: [0.9, 1] } } }],
  ['as optimizer.momentum, got NaN', { recipe: { ...RECIPE, optimizer: { kind: 'sgd', momentum: Number.NaN } } }],
  ['as lookahead.every, got 0', { recipe: { ...RECIPE, lookahead: { every: 0 } } }],
  ['as freeze[0], got "("', { recipe: { ...RECIPE, freeze: ['('] } }],
  ['freeze: expected parameters that train', { recipe: { ...RECIPE, freeze: ['.'] } }],
  ['fit: saveEvery: expected a whole number of at least 1, got 0', { saveEvery: 0 }],
  ['fit: stopAt: expected a whole number of at least 0, got NaN', { stopAt: Number.NaN }],
  ['fit: validation.every: expected', { validation: { ...VALIDATION, every: 0 } }],
  ['fit: validation.patience: expected', { validation: { ...VALIDATION, patience: 0 } }],
] as const)('refuses before it begins: %s', async (reason, changes) => {
  const made = { ...options(memory()), ...(changes as Partial<ReturnType<typeof options>>) };
  await expect(eventsOf(fit(made))).rejects.toThrow(reason);
});

test('aborted within a validation, ends so, and goes on with that validation to the bytes of one run', async () => {
  const whole = memory();
  const run = async () => ({ score: 1, metrics: { PQ: 50 } });
  await eventsOf(fit({ ...options(whole), validation: { every: 3, run } }));
  for (const at of [3, 6]) {
    const parts = memory();
    const controller = new AbortController();
    const aborted = {
      every: 3,
      run: async (_: Linear, step: number) => {
        if (step === at) controller.abort();
        controller.signal.throwIfAborted();
        return run();
      },
    };
    const events = await eventsOf(fit({ ...options(parts), validation: aborted, signal: controller.signal }));
    expect(events.at(-1)).toMatchObject({ type: 'end', step: at, reason: 'aborted' });
    const rest = await eventsOf(fit({ ...options(parts), validation: { every: 3, run } }));
    expect(ofType(rest, 'validation')[0].step).toBe(at);
    expect(bytes(parts)).toEqual(bytes(whole));
    expect(parts.saved!.log).toEqual(whole.saved!.log);
  }
});

test('parameters that have run away end the training, and are not kept', async () => {
  const storage = memory();
  const recipe = { ...RECIPE, steps: 200, warmup: 0, optimizer: { kind: 'sgd' }, learningRate: 1e30 } as const;
  const run = eventsOf(fit({ ...options(storage), recipe, onNonFinite: 'skip', saveEvery: 1000 }));
  await expect(run).rejects.toThrow('fit: expected a finite loss and gradient in one of 50 steps');
  expect(storage.writes).toBe(0);
});
