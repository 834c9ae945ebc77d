import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { vjp } from './gradients/vjp.ts';
import { ParamStore } from './params/param-store.ts';
import { recompute } from './recompute.ts';
import { Tape } from './tape.ts';

/** An identity, and the bytes of all tensors when the way back comes through it. */
function marking() {
  const bytes: number[] = [];
  const marked = tf.customGrad((x) => ({
    value: tf.clone(x as tf.Tensor),
    gradFunc: (dy) => {
      bytes.push(tf.memory().numBytes);
      return tf.clone(dy);
    },
  }));
  return { marked, bytes };
}

onEveryBackend('a tape', () => {
  test('frees what its nodes saved, and the gradients of their outputs, on its way back', () => {
    const { marked, bytes } = marking();
    const x = tf.ones([1000]) as tf.Tensor;
    const tape = new Tape();
    const y = tape.record(() => {
      let chain = marked(x);
      for (let i = 0; i < 20; i++) chain = tf.square(chain);
      return marked(chain);
    });
    const before = tf.memory().numTensors;
    const { value, gradients } = tape.gradients(() => tf.sum(y), [x]);
    expect(bytes).toHaveLength(2);
    expect(bytes[1]).toBeLessThan(bytes[0]! - 15 * 4000); // most of twenty saved maps of 4000 bytes
    tf.dispose([value, ...gradients.map((gradient) => gradient!)]);
    expect(tf.memory().numTensors).toBeLessThan(before); // the tape's own are gone too
  });

  test('frees gradients that are added to others, and what gradients are made of', async () => {
    const { marked, bytes } = marking();
    const halved = tf.customGrad((x) => ({
      value: tf.div(x as tf.Tensor, 2),
      gradFunc: (dy) => tf.mul(tf.add(dy, dy), 0.25), // a sum that nobody else reads
    }));
    const x = tf.ones([1000]) as tf.Tensor;
    const tape = new Tape();
    const y = tape.record(() => {
      let chain = marked(x);
      for (let i = 0; i < 20; i++) chain = tf.add(chain, halved(chain));
      return marked(chain);
    });
    const { value, gradients } = tape.gradients(() => tf.sum(y), [x]);
    expect(bytes[1]).toBeLessThan(bytes[0]! + 5 * 4000); // of twenty sums and gradients of 4000 bytes each
    expect((await gradients[0]!.data())[0]! / 1.5 ** 20).toBeCloseTo(1, 4);
    tf.dispose([x, y, value, ...gradients.map((gradient) => gradient!)]);
  });

  test('one tensor may be the gradient of two inputs, and of an input and an output', async () => {
    const sum = tf.customGrad((a, b) => ({
      value: tf.add(a as tf.Tensor, b as tf.Tensor),
      gradFunc: (dy) => [dy, dy],
    }));
    const [a, b] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 5])];
    const tape = new Tape();
    const y = tape.record(() => sum(tf.square(a), sum(tf.square(b), tf.square(a))));
    const { gradients } = tape.gradients(() => tf.sum(y), [a, b]);
    expect([...(await gradients[0]!.data())]).toEqual([4, 8]);
    expect([...(await gradients[1]!.data())]).toEqual([6, 10]);
  });

  test('keeps nothing for what is derived by shapes alone, and derives it all the same', async () => {
    const x = tf.range(1, 1001) as tf.Tensor;
    const tape = new Tape();
    const before = tf.memory().numBytes;
    const y = tape.record(() => moved(x));
    expect(tf.memory().numBytes - before).toBeLessThan(2 * 4000); // of more than forty maps of 4000 bytes
    const { value, gradients } = tape.gradients(() => tf.sum(tf.mul(y, tf.range(0, 210))), [x]);
    const plain = tf.grad((z: tf.Tensor) => tf.sum(tf.mul(moved(z), tf.range(0, 210))))(x);
    expect([...(await gradients[0]!.data())]).toEqual([...(await plain.data())]);
    tf.dispose([x, y, value, plain, gradients[0]!]);
  });

  test.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ['the loss', (x) => failing(tf.exp(x))],
    ['a gradient', (x) => failsOnItsWayBack(tf.exp(x))],
    ['a gradient within a gradient', (x) => derivedAnew(x, (y) => failsOnItsWayBack(tf.exp(y)))],
    ['what a gradient computes anew', (x) => derivedAnew(x, (y) => failing(tf.exp(y)))],
    ['a block', (x) => recomputed(x, 1)],
    ['a block that is computed again', (x) => recomputed(x, 2)],
  ])('frees what it saved where %s fails', (_, fails) => {
    const x = tf.ones([4]) as tf.Tensor;
    const tape = new Tape();
    const before = tf.memory().numTensors;
    const y = tape.record(() => tf.exp(tf.square(x)));
    expect(() => tape.gradients(() => tf.sum(fails(tf.square(y))), [x])).toThrow('out of memory');
    y.dispose();
    expect(tf.memory().numTensors).toBe(before);
    tape.dispose();
    x.dispose();
  });

  test('without tensors to differentiate by says so', () => {
    const tape = new Tape();
    const y = tape.record(() => tf.square(tf.ones([2])));
    expect(() => tape.gradients(() => tf.sum(y), [])).toThrow(
      'Tape.gradients: expected tensors to differentiate by, got none',
    );
    tape.dispose();
    y.dispose();
  });
});

function failing(x: tf.Tensor): tf.Tensor {
  tf.square(x);
  throw new Error('out of memory');
}

function failsOnItsWayBack(x: tf.Tensor): tf.Tensor {
  return tf.customGrad((y) => ({ value: tf.clone(y as tf.Tensor), gradFunc: failing }))(x);
}

/** x², whose gradient is that of another function. */
function derivedAnew(x: tf.Tensor, f: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const squared = tf.customGrad((...args) => {
    const [y, save] = args as unknown as [tf.Tensor, (tensors: tf.Tensor[]) => void];
    save([y]);
    return { value: tf.square(y), gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => vjp(f, saved, dy)[0]! };
  });
  return squared(x);
}

/** A block that fails in one of its runs. */
function recomputed(x: tf.Tensor, failingRun: number): tf.Tensor {
  const store = new ParamStore();
  store.recomputes = true;
  let runs = 0;
  const block = (y: tf.Tensor) => (++runs === failingRun ? failing(tf.exp(y)) : tf.exp(y));
  return store.train(() => recompute(store.root.at('block'), block, [x]));
}

/** A map of 4000 bytes, from sum to sum and through all that only moves values; [1000] → [210] */
function moved(x: tf.Tensor): tf.Tensor {
  let chain: tf.Tensor = tf.reshape(x, [10, 100]);
  for (let i = 0; i < 20; i++) chain = tf.sub(tf.add(chain, chain), tf.mean(chain, 1, true));
  const inner = tf.slice(chain, [1, 1], [8, 9]);
  const framed = tf.pad(inner, [
    [1, 1],
    [1, 0],
  ]);
  return tf.sum(tf.concat([framed, tf.tile(chain, [1, 2])], 1), 0);
}
