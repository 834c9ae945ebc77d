import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { adamStep } from '../src/kernels/adam-step/adam-step.ts';
import { attention } from '../src/kernels/attention/attention.ts';
import { conv2d } from '../src/kernels/conv2d/conv2d.ts';
import { filterGradient, inputGradient } from '../src/kernels/conv2d/gradient.ts';
import { deformableSampling } from '../src/kernels/deformable-sampling/deformable-sampling.ts';
import { offsetSampling } from '../src/kernels/deformable-sampling/offset-sampling.ts';
import { groupNorm } from '../src/kernels/group-norm/group-norm.ts';
import { linear } from '../src/kernels/linear/linear.ts';
import { sumRows } from '../src/kernels/sum-rows/sum-rows.ts';
import { allocate, type WasmBackend } from '../src/kernels/wasm/wasm-backend.ts';

// biome-ignore lint/suspicious/noExplicitAny: of whatever rank
const ones = (...shape: number[]): any => tf.ones(shape);

const ADAM = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, clipNorm: 1, decay: 0, rate: 1, rootScale: 1 };
const GEOMETRY = { strides: [1, 1] as [number, number], padding: [[1, 1], [1, 1]] as never, dilation: 1 }; // biome-ignore format: one line

/** Inputs and what is made of them. Those of 32 channels go Winograd's way. */
const OPS: [string, number[][], (...xs: never[]) => unknown][] = [
  ['conv2d', [[1, 5, 5, 4], [3, 3, 4, 4]], (x: tf.Tensor4D, w: tf.Tensor4D) => conv2d(x, w)],
  ['conv2d of three channels', [[1, 5, 5, 3], [3, 3, 3, 4]], (x: tf.Tensor4D, w: tf.Tensor4D) => conv2d(x, w)],
  ['conv2d of 32 channels', [[1, 16, 16, 32], [3, 3, 32, 32]], (x: tf.Tensor4D, w: tf.Tensor4D) => conv2d(x, w)],
  ['the gradient in the input', [[1, 5, 5, 4], [3, 3, 4, 4]], (dy: tf.Tensor4D, w: tf.Tensor4D) => inputGradient(dy, w, [1, 5, 5, 4], GEOMETRY)],
  ['the gradient in the input, 32 channels', [[1, 16, 16, 32], [3, 3, 32, 32]], (dy: tf.Tensor4D, w: tf.Tensor4D) => inputGradient(dy, w, [1, 16, 16, 32], GEOMETRY)],
  ['the gradient in the filter', [[1, 5, 5, 4], [1, 5, 5, 4]], (dy: tf.Tensor4D, x: tf.Tensor4D) => filterGradient(dy, x, [3, 3, 4, 4], GEOMETRY)],
  ['the gradient in the filter, 32 channels', [[1, 16, 16, 32], [1, 16, 16, 32]], (dy: tf.Tensor4D, x: tf.Tensor4D) => filterGradient(dy, x, [3, 3, 32, 32], GEOMETRY)],
  ['linear', [[3, 4], [4, 4]], (x: tf.Tensor, w: tf.Tensor) => linear(x, w)],
  ['matMul', [[3, 4], [4, 4]], (x: tf.Tensor, w: tf.Tensor) => tf.matMul(x, w)],
  ['matMul of batches', [[2, 3, 4], [2, 4, 4]], (x: tf.Tensor, w: tf.Tensor) => tf.matMul(x, w)],
  ['attention', [[1, 3, 2, 4], [1, 5, 2, 4]], (q: tf.Tensor4D, k: tf.Tensor4D) => attention(q, k, k)],
  ['groupNorm', [[1, 2, 2, 8], [8]], (x: tf.Tensor4D, v: tf.Tensor) => groupNorm(x, v, v, { groups: 2, epsilon: 1e-5 })],
  ['sumRows', [[3, 8]], (x: tf.Tensor) => sumRows(x, 8)],
  ['adamStep', [[8], []], (x: tf.Tensor, norm: tf.Tensor) => adamStep({ parameter: x, gradient: x, first: x, second: x, norm }, ADAM)],
  ['deformableSampling', [[1, 4, 1, 4], [1, 3, 1, 1, 1, 2], [1, 3, 1, 1, 1]], (v: tf.Tensor4D, at: tf.Tensor, w: tf.Tensor) => deformableSampling(v, at, w, [[2, 2]])],
  ['offsetSampling', [[1, 4, 1, 4], [1, 3, 2], [1, 3, 1], [1, 3, 1, 2]], (value: tf.Tensor4D, offsets: tf.Tensor, logits: tf.Tensor, reference: tf.Tensor4D) => offsetSampling({ value, offsets, logits, reference }, [[2, 2]])],
  ['split', [[4, 6]], (x: tf.Tensor) => tf.split(x, 3, 1)],
  ['concat', [[4, 6]], (x: tf.Tensor) => tf.concat([x, x], 1)],
]; // biome-ignore format: one op a line

/** A heap that has no room for the `count`-th block from now on, and counts blocks. */
function fullAfter(count: number, { wasm }: WasmBackend) {
  const [malloc, free] = [wasm._malloc, wasm._free];
  const held = new Set<number>();
  let left = count;
  wasm._malloc = (bytes) => {
    if (left-- === 0) throw new Error('full');
    const address = malloc(bytes) >>> 0;
    held.add(address);
    return address;
  };
  wasm._free = (address) => {
    held.delete(address >>> 0);
    free(address);
  };
  const restore = () => Object.assign(wasm, { _malloc: malloc, _free: free });
  return { held, isFull: () => left < 0, restore };
}

onEveryBackend(
  'a full heap',
  () => {
    test.each(OPS)('%s leaves nothing behind, whichever block it lacks', (_, shapes, f) => {
      const backend = tf.backend() as WasmBackend;
      let failures = 0;
      for (let count = 0; ; count++) {
        const inputs = shapes.map((shape) => ones(...shape));
        const [ids, tensors] = [backend.numDataIds(), tf.memory().numTensors];
        const heap = fullAfter(count, backend);
        try {
          const run = () => tf.dispose(tf.tidy(() => f(...(inputs as never[])) as tf.Tensor));
          if (count === 0) expect(run).toThrow('full');
          else {
            try {
              run();
            } catch (error) {
              expect((error as Error).message).toBe('full');
            }
          }
          expect([backend.numDataIds(), tf.memory().numTensors]).toEqual([ids, tensors]);
          const isFull = heap.isFull();
          tf.dispose(inputs);
          expect(heap.held.size, `blocks after ${count}`).toBe(0);
          if (!isFull) break;
          failures++;
        } finally {
          heap.restore();
        }
      }
      expect(failures).toBeGreaterThan(0);
    });

    test.each([[[1, -1, 4]], [[1, Number.NaN]], [[2.5]]])('no tensor has the shape %j', (shape) => {
      expect(() => allocate(tf.backend() as WasmBackend, shape)).toThrow('wasm: expected sides that are whole');
    });
  },
  { only: ['wasm'] },
);
