import { useBackend } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { instances } from './instances.ts';
import { panopticMap } from './panoptic-map.ts';
import { semanticMap } from './semantic-map.ts';

beforeAll(() => useBackend('cpu'));

const whole = { originalSize: [8, 8], resizedSize: [8, 8], paddedSize: [8, 8] };

test.each([
  [{ ...whole, originalSize: [Number.NaN, 8] }, 'expected a height and width of 1 or more as originalSize, got NaN,8'],
  [{ ...whole, resizedSize: [8] }, 'as resizedSize, got 8'],
  [{ ...whole, paddedSize: [8, 2.5] }, 'as paddedSize, got 8,2.5'],
  [{ originalSize: [8, 8], paddedSize: [8, 8] }, 'as resizedSize, got undefined'],
  [undefined, 'as originalSize, got undefined'],
  [{ ...whole, resizedSize: [80, 8] }, 'expected resizedSize within paddedSize 8,8, got 80,8'],
])('a geometry that is none is refused: %o', async (geometry, message) => {
  const prediction = { classLogits: tf.zeros<tf.Rank.R3>([1, 5, 4]), maskLogits: tf.zeros<tf.Rank.R4>([1, 8, 8, 5]) };
  const things = new Set([0]);
  await expect(panopticMap(prediction, geometry as never, { things })).rejects.toThrow(`panopticMap: `);
  await expect(semanticMap(prediction, geometry as never, {})).rejects.toThrow(message);
  await expect(instances(prediction, geometry as never, { things })).rejects.toThrow(message);
  tf.dispose(prediction);
});
