import * as tf from '@tensorflow/tfjs-core';
import { afterAll, expect, test } from 'vitest';

import { gelu } from '../kernels/gelu/gelu.ts';
import { useBackend } from './use-backend.ts';

const MARK = Symbol.for('@seg/core');
const place = globalThis as { [MARK]?: object };

afterAll(() => {
  delete place[MARK];
});

test('what another copy of the package started is not mixed with', async () => {
  await useBackend('cpu');
  const x = tf.tensor1d([0, 1]);
  expect(gelu(x).dataSync()[0]).toBe(0); // gelu(0) = 0 · Φ(0)
  place[MARK] = {}; // as a second copy would leave it
  expect(() => gelu(x)).toThrow('SegGelu: expected one copy of @seg/core, got two');
  await expect(useBackend('cpu')).rejects.toThrow('useBackend: expected one copy of @seg/core, got two');
});
