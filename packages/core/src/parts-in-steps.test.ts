import { onEveryBackend, takeSteps } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { partsInSteps } from './parts-in-steps.ts';
import { operationsPerStep } from './rows-per-step.ts';
import type { Steps } from './steps.ts';
import { turnBefore } from './turn-before.ts';

onEveryBackend('parts in steps', (backend) => {
  /** Operations of a step; elsewhere than on WebAssembly some number. */
  const most = () => (backend === 'wasm' ? operationsPerStep() : 1e9);
  const parts = (length: number, operations: number, multiple: number) =>
    takeSteps(partsInSteps({ length, operations, multiple }, (start, size) => tf.tensor1d([start, size]))).result.map(
      (part) => {
        const values = [...part.dataSync()];
        part.dispose();
        return values;
      },
    );

  test('as few as may be are as long as each other, in multiples', () => {
    const found = parts(100, most() / 60, 8);
    expect(found).toEqual(backend === 'wasm' ? [[0, 56], [56, 44]] : [[0, 100]]); // biome-ignore format: side by side
    expect(parts(100, most() / 5, 8).map(([, size]) => size)).toEqual(
      backend === 'wasm' ? [...new Array(12).fill(8), 4] : [100],
    );
    expect(parts(100, 1, 8)).toEqual([[0, 100]]);
    expect(parts(0, 1, 8)).toEqual([[0, 0]]);
  });

  test('short ones share a step until it is full', () => {
    function* chain(): Steps<void> {
      for (let i = 0; i < 12; i++) yield* turnBefore(most() / 4);
    }
    takeSteps(turnBefore(most()));
    const { turns } = takeSteps(chain());
    expect(turns).toBe(backend === 'wasm' ? 3 : 0);
  });

  test('a long one is not turned away', () => {
    takeSteps(turnBefore(most()));
    expect(takeSteps(turnBefore(9 * most())).turns).toBe(backend === 'wasm' ? 1 : 0);
  });
});
