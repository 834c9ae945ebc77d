import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';

import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { random } from '../../../test/kernel-checks.ts';
import { Tape } from '../../tape.ts';
import { attention } from '../attention/attention.ts';
import { classCrossEntropy } from '../class-cross-entropy/class-cross-entropy.ts';
import { conv2d } from '../conv2d/conv2d.ts';
import { globalNorm } from '../global-norm/global-norm.ts';
import { groupNorm } from '../group-norm/group-norm.ts';
import { linear } from '../linear/linear.ts';
import { diceDistance, maskCrossEntropy } from '../mask-terms/mask-terms.ts';
import { input, node } from './graph-nodes.ts';
import type { NativeBackend } from './native-ops.ts';
import { runProgram } from './programs.ts';
import { asOneProgram, MEETINGS } from './recorded-reference.ts';

/** Programs that TensorFlow is asked for. */
function countPrograms(run: () => void): number {
  const backend = tf.backend() as NativeBackend;
  const { binding } = backend;
  let programs = 0;
  const counted: Partial<NativeBackend['binding']> = {
    runSavedModel: (...call) => {
      programs++;
      return binding.runSavedModel(...call);
    },
  };
  backend.binding = Object.create(binding, Object.getOwnPropertyDescriptors(counted));
  try {
    run();
  } finally {
    backend.binding = binding;
  }
  return programs;
}

const CASES: { title: string; xs: () => tf.Tensor[]; f: (...xs: tf.Tensor[]) => tf.Tensor }[] = [
  {
    title: 'attention',
    xs: () => [1, 2, 3].map((seed) => random([1, 5, 2, 4], seed)),
    f: (q, k, v) => attention(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D, tf.zeros([1, 1, 5, 5])),
  },
  {
    title: 'groupNorm',
    xs: () => [random([1, 4, 4, 8], 1), random([8], 2), random([8], 3)],
    f: (x, gain, bias) => groupNorm(x as tf.Tensor4D, gain!, bias!, { groups: 2, epsilon: 1e-5 }),
  },
  {
    title: 'maskCrossEntropy',
    xs: () => [random([3, 49], 1)],
    f: (logits) => maskCrossEntropy(logits as tf.Tensor2D, tf.ones([3, 49])),
  },
  {
    title: 'diceDistance',
    xs: () => [random([3, 49], 1)],
    f: (logits) => diceDistance(logits as tf.Tensor2D, tf.ones([3, 49])),
  },
  {
    title: 'classCrossEntropy',
    xs: () => [random([4, 5], 1)],
    f: (logits) => classCrossEntropy(logits as tf.Tensor2D, Int32Array.of(0, 4, 2, 4), 0.1),
  },
  {
    title: 'linear with relu',
    xs: () => [random([2, 3, 5], 1), random([5, 7], 2), random([7], 3)],
    f: (x, w, b) => linear(x!, w!, b, 'relu'),
  },
  {
    title: 'conv2d with steps and padding',
    xs: () => [random([1, 7, 6, 3], 1), random([3, 3, 3, 4], 2), random([4], 3)],
    f: (x, w, bias) => conv2d(x as tf.Tensor4D, w as tf.Tensor4D, { strides: 2, padding: 1, bias, activation: 'relu' }),
  },
];

onEveryBackend('programs of native TensorFlow', (backend) => {
  const onNode = test.skipIf(backend !== 'node');

  onNode.each(CASES)('$title and its gradients are one call each', async ({ xs, f }) => {
    const inputs = xs();
    const both = () => {
      const tape = new Tape();
      const y = tape.record(() => f(...inputs));
      const direction = tf.tidy(() => random(y.shape, 7));
      const { value, gradients } = tape.gradients(() => tf.sum(tf.mul(y, direction)), inputs);
      const results = [y, ...gradients] as tf.Tensor[];
      tf.dispose([direction, value]);
      return results;
    };
    const first = both(); // by the reference, but for what is a program from the start
    for (let call = 1; call < MEETINGS; call++) tf.dispose(both());
    let last: tf.Tensor[] = [];
    expect(countPrograms(() => (last = both()))).toBe(2);
    for (const [i, tensor] of last.entries()) await expectClose(tensor, first[i]!, { absolute: 1e-5, relative: 1e-5 });
    tf.dispose([first, last, inputs]);
  });

  onNode('a norm of many tensors is one call', async () => {
    const tensors = Array.from({ length: 9 }, (_, i) => tf.fill([i + 1], 2));
    let norm = tf.scalar(0);
    expect(countPrograms(() => (norm = globalNorm(tensors)))).toBe(1);
    await expectClose(norm, [Math.sqrt(4 * 45)]);
  });

  onNode('numbers are not folded into each other: what is infinite on its way stays so', async () => {
    const body = asOneProgram('SegOfThisTest');
    const x = tf.tensor1d([1, 1e30]);
    const reference = () => tf.tidy(() => tf.mul(tf.mul(x, 2 ** 48), 2 ** -48));
    for (let call = 0; call <= MEETINGS; call++) {
      const y = (body({ x }, {}, tf.backend(), reference) ?? reference()) as tf.Tensor;
      expect([...(await y.data())]).toEqual([1, Number.POSITIVE_INFINITY]);
      y.dispose();
    }
  });

  onNode('inputs that were one value when they were recorded may be two later', async () => {
    const body = asOneProgram('SegOfAnotherTest');
    const call = (a: tf.Tensor, b: tf.Tensor) => {
      const reference = () => tf.tidy(() => tf.sub(a, b));
      return (body({ a, b }, {}, tf.backend(), reference) ?? reference()) as tf.Tensor;
    };
    const [a, b] = [tf.tensor1d([5, 5]), tf.tensor1d([2, 3])];
    for (let i = 0; i <= MEETINGS; i++) call(a, a).dispose();
    for (let i = 0; i <= MEETINGS; i++) await expectClose(call(a, b), [3, 2]);
    for (let i = 0; i <= MEETINGS; i++) await expectClose(call(b, b), [0, 0]);
  });

  onNode('a reference that looks at its inputs is not recorded', async () => {
    const body = asOneProgram('SegThatLooks');
    const call = (x: tf.Tensor) => {
      const reference = () => tf.tidy(() => tf.scalar(x.dataSync()[0]! + 1));
      return (body({ x }, {}, tf.backend(), reference) ?? reference()) as tf.Tensor;
    };
    for (let i = 0; i < MEETINGS + 3; i++) await expectClose(call(tf.scalar(i)), [i + 1]);
  });

  onNode('a graph that TensorFlow refuses gives nothing, and no folder stays', () => {
    const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('seg-program-'));
    const before = folders();
    const graph = () => [input('x'), node('y', 'NoSuchOp', ['x'])];
    expect(runProgram(tf.backend(), 'of no such op', graph, { x: tf.scalar(1) }, ['y'])).toBeNull();
    expect(folders()).toEqual(before);
  });

  onNode('what is left behind is the result', () => {
    const x = random([4, 5], 1);
    const before = tf.memory().numTensors;
    for (let call = 0; call < MEETINGS + 2; call++) {
      tf.tidy(() => diceDistance(x as tf.Tensor2D, tf.ones([4, 5]))).dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});
