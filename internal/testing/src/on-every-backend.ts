import { type BackendName, useBackend } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

/** Backends of this run: `SEG_BACKENDS`, a list with commas; cpu and wasm unless told. */
export function testedBackends(): BackendName[] {
  return (process.env.SEG_BACKENDS ?? 'cpu,wasm').split(',') as BackendName[];
}

/**
 * Declares the same tests once per backend of this run, and fails a test that leaves tensors behind.
 *
 * @param only Restricts a suite to some backends, where the reason is in the suite's title
 */
export function onEveryBackend(
  title: string,
  tests: (backend: BackendName) => void,
  { only }: { only?: readonly BackendName[] } = {},
): void {
  const backends = testedBackends().filter((name) => only === undefined || only.includes(name));
  if (backends.length === 0) test.skip(`${title}: only on ${only}`, () => {});
  for (const backend of backends) {
    describe(`${title} [${backend}]`, () => {
      let tensorsBefore = 0;
      beforeAll(async () => {
        await useBackend(backend);
      });
      beforeEach(() => {
        tf.engine().startScope();
        tensorsBefore = tf.memory().numTensors;
      });
      afterEach(() => {
        tf.engine().endScope();
        expect(tf.memory().numTensors, 'tensors left behind').toBeLessThanOrEqual(tensorsBefore);
      });
      tests(backend);
    });
  }
}
