import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { runSteps, runStepsInTurns, type Steps, tidySteps } from './steps.ts';

/** x + 1 + 2 + …, each sum a step of its own, from intermediate tensors. */
function* sums(x: tf.Tensor, count: number): Steps<tf.Tensor> {
  let y = x;
  for (let i = 1; i <= count; i++) {
    yield;
    y = tf.add(y, tf.scalar(i));
  }
  return y;
}

function* nested(x: tf.Tensor): Steps<{ both: tf.Tensor[] }> {
  const first = yield* tidySteps(sums(x, 2));
  const second = yield* tidySteps(sums(first, 3));
  return { both: [first, tf.mul(second, 2)] };
}

const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

onEveryBackend('steps', () => {
  test('are one tidy, at once or in turns, alone or among others', async () => {
    const x = tf.scalar(1);
    const { numTensors } = tf.memory();
    const atOnce = tf.tidy(() => runSteps(tidySteps(nested(x))).both[1]);
    const together = await Promise.all([1, 2, 3].map(() => runStepsInTurns(tidySteps(nested(x)), turn)));
    expect(tf.memory().numTensors).toBe(numTensors + 7);
    for (const { both } of together) {
      expect(await Promise.all(both.map(async (y) => (await y.data())[0]))).toEqual([4, 20]); // 1 + 3, (4 + 6) · 2
    }
    expect((await atOnce.data())[0]).toBe(20);
    tf.dispose([atOnce, ...together.map(({ both }) => both)]);
    expect(tf.memory().numTensors).toBe(numTensors);
    x.dispose();
  });

  test('a tidy of others meanwhile disposes of its own tensors alone', async () => {
    const x = tf.scalar(1);
    const { numTensors } = tf.memory();
    const between = async () => {
      tf.tidy(() => void tf.add(x, 1));
      await turn();
      tf.tidy(() => void runSteps(tidySteps(sums(x, 2))));
    };
    const y = await runStepsInTurns(tidySteps(sums(x, 4)), between);
    expect((await y.data())[0]).toBe(11);
    expect(tf.memory().numTensors).toBe(numTensors + 1);
    tf.dispose([x, y]);
  });

  test.each([0, 1, 2, 3, 4])('ended behind step %i they leave nothing, and the scopes as they were', async (last) => {
    const x = tf.scalar(1);
    const { numTensors } = tf.memory();
    let count = 0;
    const between = async () => {
      await turn();
      if (count++ === last) throw new Error('enough');
    };
    await expect(runStepsInTurns(tidySteps(nested(x)), between)).rejects.toThrow('enough');
    expect(tf.memory().numTensors).toBe(numTensors);
    tf.tidy(() => void tf.add(x, 1));
    expect(tf.memory().numTensors).toBe(numTensors);
    x.dispose();
  });

  test('an error in a step leaves nothing', async () => {
    const x = tf.scalar(1);
    const { numTensors } = tf.memory();
    function* failing(): Steps<tf.Tensor> {
      tf.add(x, 1);
      yield;
      tf.add(x, 2);
      throw new Error('within');
    }
    expect(() => runSteps(tidySteps(failing()))).toThrow('within');
    await expect(runStepsInTurns(tidySteps(failing()), turn)).rejects.toThrow('within');
    expect(tf.memory().numTensors).toBe(numTensors);
    x.dispose();
  });
});
