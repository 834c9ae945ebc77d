import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { stepEach } from './step-each.ts';

const SHAPES = [[3], [2, 5], [], [1, 1, 2, 4], [70, 70]];

// expected values: the rule, applied in float64 below to each parameter alone
onEveryBackend('stepEach', () => {
  test('each parameter gets its own values, with its own constants', async () => {
    const parts = SHAPES.map((shape, i) => ({
      variables: [tf.variable(tf.fill(shape, i + 1)), tf.variable(tf.fill(shape, 10 * i))],
      gradient: tf.reshape(
        tf.range(
          0,
          shape.reduce((product, side) => product * side, 1),
        ),
        shape,
      ),
      constants: { rate: i % 2 },
    }));
    const before = tf.memory().numTensors;
    const gradients = new Map(parts.map(({ gradient }, i) => [`${i}`, gradient]));
    stepEach(
      'test',
      gradients,
      (key) => parts[Number(key)]!,
      ([parameter, momentum], gradient, { rate }) => [
        tf.sub(parameter!, tf.mul(gradient, rate)),
        tf.add(momentum!, gradient),
      ],
    );
    expect(tf.memory().numTensors).toBe(before);
    for (const [i, { variables }] of parts.entries()) {
      const size = variables[0]!.size;
      const sequence = (at: (k: number) => number) => Float32Array.from({ length: size }, (_, k) => at(k));
      expect(variables.map(({ shape }) => shape)).toEqual([SHAPES[i], SHAPES[i]]);
      await expectClose(
        variables[0]!,
        sequence((k) => i + 1 - k * (i % 2)),
      );
      await expectClose(
        variables[1]!,
        sequence((k) => 10 * i + k),
      );
      tf.dispose(variables);
    }
    tf.dispose(parts.map(({ gradient }) => gradient));
  });
});
