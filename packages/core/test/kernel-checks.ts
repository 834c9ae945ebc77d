import { expectClose, expectGradient, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { sizeFromShape } from '../src/kernels/size.ts';
import { MEETINGS } from '../src/kernels/tensorflow/recorded-reference.ts';
import { seededRandom } from '../src/random.ts';
import { withSupportRow } from './support-rows.ts';

/** Normal distribution around zero, the same for the same seed. */
export function random(shape: number[], seed: number, deviation = 1): tf.Tensor {
  return tf.randomNormal(shape, 0, deviation, 'float32', seed);
}

/** Gradients of a function of several tensors, contracted with a given one. */
export function pulled(f: (...xs: tf.Tensor[]) => tf.Tensor, xs: tf.Tensor[], dy: tf.Tensor): tf.Tensor[] {
  return tf.grads(f)(xs, dy);
}

/** An op on tensors of given shapes, whose gradient is compared with central differences. */
export type OpCase = {
  title: string;
  shapes: number[][];
  f: (...xs: tf.Tensor[]) => tf.Tensor;
  /** Index of the input that holds points. */
  points?: number;
  /** Step of the differences; a small one keeps points inside their cell and maxima where they are. Default: 1e-3. */
  epsilon?: number;
};

/** Checks ops on every backend: gradients by central differences, and no tensor left behind. */
export function checkOps(cases: OpCase[]): void {
  onEveryBackend('kernels', (backend) => {
    test.each(cases)('the gradient of $title agrees with central differences', async (given) => {
      const inputs = inputsOf(given);
      const output = tf.tidy(() => given.f(...inputs));
      const direction = random(output.shape, 77);
      await withSupportRow(given.title, backend, {
        forward: async () => expect(await output.data()).toHaveLength(output.size),
        gradient: async () => {
          for (let i = 0; i < inputs.length; i++) {
            const f = (x: tf.Tensor) =>
              tf.sum(tf.mul(direction, given.f(...inputs.map((input, j) => (i === j ? x : input)))));
            await expectGradient(f, inputs[i], { epsilon: given.epsilon ?? 1e-3, tolerance: 5e-3 });
          }
        },
      });
    });

    test.each(cases)('$title leaves behind nothing but its result', (given) => {
      const inputs = inputsOf(given);
      const before = tf.memory().numTensors;
      const output = tf.tidy(() => given.f(...inputs));
      expect(tf.memory().numTensors - before, 'tensors').toBe(1);
      output.dispose();
      const gradients = tf.grads((...xs: tf.Tensor[]) => given.f(...xs))(inputs);
      expect(tf.memory().numTensors - before, 'tensors with gradients').toBe(gradients.length);
      tf.dispose(gradients);
    });
  });
}

/** A kernel and its gradients beside their references. */
export type BodyCase = { title: string; run: () => { fast: tf.Tensor[]; plain: tf.Tensor[] }; tolerance?: number };

/** Checks that the bodies of a kernel compute what its reference does, on every backend. */
export function checkBodies(cases: BodyCase[]): void {
  onEveryBackend('fast bodies', (backend) => {
    test.each(cases)('$title: equal to the plain reference', async ({ run, tolerance = 1e-5 }) => {
      // the calls before that run the reference
      for (let call = 0; call < MEETINGS && backend === 'node'; call++) tf.dispose(tf.tidy(() => run()));
      const { fast, plain } = tf.tidy(() => run());
      expect(fast.map(({ shape }) => shape)).toEqual(plain.map(({ shape }) => shape));
      for (const [i, tensor] of fast.entries())
        await expectClose(tensor, plain[i]!, { absolute: tolerance, relative: tolerance });
    });
  });
}

function inputsOf({ shapes, points }: OpCase): tf.Tensor[] {
  return shapes.map((shape, i) => (i === points ? locations(shape, 10 + i) : random(shape, 1 + i, 0.7)));
}

/** Locations in and around a map, none near a whole pixel of one of these sizes: a sampler has a kink there. */
function locations(shape: number[], seed: number): tf.Tensor {
  const random = seededRandom(seed);
  const isSmooth = (u: number) =>
    [1, 2, 3, 4, 5].every((side) =>
      [u * side, u * side - 0.5].every((pixel) => Math.abs(pixel - Math.round(pixel)) > 0.04),
    );
  const next = (): number => {
    const u = random() * 1.3 - 0.15;
    return isSmooth(u) ? u : next();
  };
  return tf.tensor(Float32Array.from({ length: sizeFromShape(shape) }, next), shape);
}
