import { bytesOf } from '@seg/checkpoint/safetensors';
import { detach, init, Linear, ParamStore, Tape } from '@seg/core';
import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { resumeTraining, saveTraining } from './checkpoint.ts';
import { AdamW } from './optimizers/adamw.ts';
import type { Optimizer } from './optimizers/optimizer.ts';
import { cosineSchedule, polySchedule, stepSchedule, warmup } from './schedules.ts';
import { type Objective, trainStep } from './train-step.ts';

/** Learns y = x W; `decide` awaits the prediction, as set criteria do. */
function regression(params: ParamStore): Objective<tf.Tensor4D, number> {
  const layer = new Linear(params.root, { inDim: 3, outDim: 2 });
  return {
    forward: (pixels) => layer.forward(pixels),
    decide: async (prediction) => (await prediction.data()).length,
    loss: (prediction, _targets, count) => {
      const total = tf.div<tf.Scalar>(tf.sum(tf.square(tf.sub(prediction, 1))), count);
      return { total, terms: { square: total } };
    },
  };
}

const batch = (step: number) => ({
  pixels: tf.randomNormal([1, 4, 4, 3], 0, 1, 'float32', step + 1) as tf.Tensor4D,
  targets: [],
});

async function run(
  from: number,
  to: number,
  source: Uint8Array | null,
): Promise<{ file: Uint8Array; losses: number[] }> {
  init.seedInitializers(5);
  const params = new ParamStore();
  const objective = regression(params);
  const optimizer = new AdamW(params.trainable(), { clipNorm: 0.5 });
  if (source) expect(resumeTraining(bytesOf('training', source), params, optimizer)).toBe(from);
  const losses: number[] = [];
  for (let step = from; step < to; step++) {
    const data = batch(step);
    losses.push((await trainStep(params, optimizer, objective, data, { step, learningRate: 0.05 })).loss);
    data.pixels.dispose();
  }
  const file = await saveTraining(params, optimizer);
  optimizer.dispose();
  params.dispose();
  return { file, losses };
}

type Fault = {
  learningRate?: number;
  target?: number[] | null;
  side?: number;
  mask?: number;
  pixel?: number;
  scale?: number;
};

/** One step with a fault; parameters and moments before and after it, and how many tensors it left behind. */
async function faultyStep(fault: Fault, onNonFinite?: 'throw' | 'skip') {
  init.seedInitializers(5);
  const params = new ParamStore();
  const plain = regression(params);
  const objective: Objective<tf.Tensor4D, number> = {
    ...plain,
    numClasses: () => 5,
    loss: (...args) => {
      const total = tf.mul<tf.Scalar>(plain.loss(...args).total, fault.scale ?? 1);
      return { total, terms: { square: total } };
    },
  };
  const optimizer = new AdamW(params.trainable(), { clipNorm: 0.5 });
  const classes = fault.target === null ? null : (fault.target ?? [0]);
  const side = fault.side ?? 4;
  const pixels = tf.fill([1, 4, 4, 3], fault.pixel ?? 3) as tf.Tensor4D;
  const targets = (classes === null ? [] : [classes]).map((ofImage) => ({
    classes: Int32Array.from(ofImage),
    masks: tf.fill([ofImage.length, side, side], fault.mask ?? 1) as tf.Tensor3D,
  }));
  const state = async () => Buffer.from(await saveTraining(params, optimizer)).toString('base64');
  const before = await state();
  const tensors = tf.memory().numTensors;
  const options = { step: 0, learningRate: fault.learningRate ?? 0.1, onNonFinite };
  const outcome = await trainStep(params, optimizer, objective, { pixels, targets }, options).then(
    (result) => ({ result, error: undefined }),
    (error: Error) => ({ result: undefined, error: error.message }),
  );
  const left = tf.memory().numTensors - tensors;
  const after = await state();
  tf.dispose([pixels, ...targets.map(({ masks }) => masks)]);
  const { steps } = optimizer;
  optimizer.dispose();
  params.dispose();
  return { ...outcome, before, after, steps, tensors: left };
}

type Parts = { objective: Objective<tf.Tensor4D, number>; optimizer: Optimizer };

function partsOf(): Parts & { params: ParamStore } {
  init.seedInitializers(5);
  const params = new ParamStore();
  const objective = regression(params);
  return { params, objective, optimizer: new AdamW(params.trainable()) };
}

function failing(): never {
  throw new Error('out of memory');
}

type Loss = Objective<tf.Tensor4D, number>['loss'];

function failsOnItsWayBack(prediction: tf.Tensor4D): ReturnType<Loss> {
  const passed = tf.customGrad((x) => ({ value: tf.clone(x as tf.Tensor), gradFunc: failing }));
  const total = tf.sum(tf.square(passed(tf.exp(prediction)))) as tf.Scalar;
  return { total, terms: { square: total } };
}

function failsLater(loss: Loss, call: number): Loss {
  let calls = 0;
  return (...args) => (++calls % call === 0 ? failing() : loss(...args));
}

onEveryBackend('training', () => {
  test('the loss falls, and a run that was stopped and resumed ends in the same bytes', async () => {
    const whole = await run(0, 12, null);
    expect(whole.losses[11]).toBeLessThan(whole.losses[0] / 2);
    const half = await run(0, 7, null);
    const rest = await run(7, 12, half.file);
    expect([...half.losses, ...rest.losses]).toEqual(whole.losses);
    expect(Buffer.compare(rest.file, whole.file)).toBe(0);
  });

  test.each([
    ['a learning rate that is none', { learningRate: Number.NaN }, 'expected a learning rate of 0 or more, got NaN'],
    ['a negative learning rate', { learningRate: -1 }, 'expected a learning rate of 0 or more, got -1'],
    ['a class beyond the model', { target: [5] }, 'expected targets[0].classes of 0 to 4, got 5'],
    ['a negative class', { target: [-1] }, 'expected targets[0].classes of 0 to 4, got -1'],
    ['masks of another size', { target: [0], side: 5 }, 'expected targets[0].masks [1, 4, 4], got [1, 5, 5]'],
    ['masks of 255', { target: [0], mask: 255 }, 'expected targets[0].masks in 0 to 1, got 255 to 255'],
    ['masks that are NaN', { target: [0], mask: Number.NaN }, 'expected targets[0].masks in 0 to 1, got NaN to NaN'],
    ['pixels that are NaN', { pixel: Number.NaN }, 'expected pixels in ±1000000, got NaN to NaN'],
    ['infinite pixels', { pixel: Number.POSITIVE_INFINITY }, 'expected pixels in ±1000000, got NaN to NaN'],
    ['pixels beyond any image', { pixel: 1e30 }, 'expected pixels in ±1000000, got'],
    ['no targets', { target: null }, 'expected targets of 1 images, got 0'],
    ['a gradient that is not finite', { scale: 1e25 }, 'expected a gradient with a finite norm at step 0'],
    ['an infinite loss', { scale: Number.POSITIVE_INFINITY }, 'expected a finite loss at step 0, got Infinity (square'],
  ])('%s is refused, and nothing has changed', async (_, fault: Fault, message) => {
    const outcome = await faultyStep(fault);
    expect(outcome.error).toContain(message);
    expect(outcome.after).toEqual(outcome.before);
    expect(outcome.steps).toBe(0);
    expect(outcome.tensors).toBe(0);
  });

  test('a forward pass that fails leaves nothing behind', async () => {
    const params = new ParamStore();
    const objective = regression(params);
    const optimizer = new AdamW(params.trainable());
    const data = batch(0);
    const tensors = tf.memory().numTensors;
    const failing = {
      ...objective,
      forward: (pixels: tf.Tensor4D) => {
        objective.forward(pixels);
        throw new Error('out of memory');
      },
    };
    const options = { step: 0, learningRate: 0.1 };
    await expect(trainStep(params, optimizer, failing, data, options)).rejects.toThrow('out of memory');
    expect(tf.memory().numTensors).toBe(tensors);
    data.pixels.dispose();
    optimizer.dispose();
    params.dispose();
  });

  test.each<[string, (parts: Parts) => void, number]>([
    ['a loss', ({ objective }) => (objective.loss = failing), 1],
    ['a gradient', ({ objective }) => (objective.loss = failsOnItsWayBack), 1],
    ['decisions', ({ objective }) => (objective.decide = failing), 1],
    ['an optimizer', ({ optimizer }) => (optimizer.update = failing), 1],
    ['the second of two batches', ({ objective }) => (objective.loss = failsLater(objective.loss, 2)), 2],
  ])('%s that fails leaves nothing behind', async (_, spoil, batches) => {
    const { params, ...parts } = partsOf();
    spoil({ objective: parts.objective, optimizer: parts.optimizer });
    const data = Array.from({ length: batches }, (_, k) => batch(k));
    const tensors = tf.memory().numTensors;
    for (let attempt = 0; attempt < 2; attempt++) {
      const step = trainStep(params, parts.optimizer, parts.objective, data, { step: 0, learningRate: 0.1 });
      await expect(step).rejects.toThrow('out of memory');
      expect(tf.memory().numTensors).toBe(tensors);
    }
    tf.dispose(data.map(({ pixels }) => pixels));
    parts.optimizer.dispose();
    params.dispose();
  });

  test('parameters that are all frozen are told', async () => {
    const params = new ParamStore();
    params.root.param('w', [2], init.zeros, { trainable: false });
    const optimizer = new AdamW(params.trainable());
    const data = batch(0);
    const other = partsOf();
    const step = trainStep(params, optimizer, other.objective, data, { step: 0, learningRate: 0.1 });
    await expect(step).rejects.toThrow('trainStep: expected parameters to train, got a store of frozen ones');
    other.optimizer.dispose();
    other.params.dispose();
    data.pixels.dispose();
    params.dispose();
  });

  test('a step whose gradient is not finite can be skipped', async () => {
    const outcome = await faultyStep({ scale: 1e25 }, 'skip');
    expect(outcome.error).toBeUndefined();
    expect(outcome.result?.skipped).toBe(true);
    expect(outcome.after).toEqual(outcome.before);
    expect(outcome.steps).toBe(0);
    expect(outcome.tensors).toBe(0);
  });

  test('a tape differentiates across an await what a plain gradient differentiates at once', async () => {
    const w = tf.variable(tf.tensor2d([1, -2, 3, 0.5], [2, 2]));
    const x = tf.tensor2d([0.3, -1, 2, 0.7], [2, 2]);
    const forward = () => tf.relu(tf.matMul(x, w));
    const loss = (y: tf.Tensor) => tf.sum(tf.square(y)) as tf.Scalar;
    const tape = new Tape();
    const y = tape.record(forward);
    await y.data();
    const { value, gradients } = tape.gradients(() => loss(y), [w]);
    const expected = tf.variableGrads(() => loss(forward()), [w]);
    await expectClose(value, expected.value);
    await expectClose(gradients[0]!, expected.grads[Object.keys(expected.grads)[0]]);
    w.dispose();
  });

  test('a tape that is not needed frees what it saved', () => {
    const w = tf.variable(tf.ones([2, 2]));
    const before = tf.memory().numTensors;
    const tape = new Tape();
    const y = tape.record(() => tf.square(tf.matMul(w, w)));
    tape.dispose();
    y.dispose();
    expect(tf.memory().numTensors).toBe(before);
    w.dispose();
  });

  test('what is detached gets no gradient', () => {
    const w = tf.variable(tf.ones([2]));
    const tape = new Tape();
    const y = tape.record(() => tf.mul(detach(tf.mul(w, 2)), 3));
    expect(tape.gradients(() => tf.sum(y) as tf.Scalar, [w]).gradients).toEqual([null]);
    w.dispose();
  });

  test('AdamW takes the steps of PyTorch 2.13', async () => {
    // w = torch.tensor([1., -2.]); torch.optim.AdamW([w], lr=0.1, weight_decay=0.05), gradients [0.5, -1] then [0.25, 2]
    const w = tf.variable(tf.tensor1d([1, -2]));
    const optimizer = new AdamW(new Map([['w', w]]));
    for (const gradient of [tf.tensor1d([0.5, -1]), tf.tensor1d([0.25, 2])]) {
      optimizer.update(new Map([['w', gradient]]), 0.1).dispose();
    }
    await expectClose(w, [0.79730704, -1.917160353], { absolute: 2e-6, relative: 0 });
    optimizer.dispose();
    w.dispose();
  });
});

test('schedules follow their recipes', () => {
  expect(polySchedule(1, 100)(50)).toBeCloseTo(0.5 ** 0.9, 12);
  expect([0, 89, 90, 99].map(stepSchedule(1, [90, 95]))).toEqual([1, 1, 0.1, 0.1 * 0.1]);
  expect(cosineSchedule(2, 10)(5)).toBeCloseTo(1, 12);
  expect([0, 4, 9, 10].map(warmup(() => 1, 10))).toEqual([0.1, 0.5, 1, 1]);
});
