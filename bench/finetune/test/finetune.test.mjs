import { bytesOf, openSafetensors, writeSafetensors } from '@seg/checkpoint';
import { useBackend } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { farthest } from '../farthest.mjs';
import { frameOf } from '../pytorch.mjs';
import { readFigures, table } from '../report.mjs';
import { shareOut } from '../unseen.mjs';

const image = (id, file_name) => ({ id, file_name });
const file = (images, annotations) => ({ categories: [{ id: 1, name: 'fig' }], images, annotations });

test('every fourth photograph is held back, and joins the validation under ids of its own', () => {
  const training = file(
    ['a', 'b', 'c', 'd', 'e'].map((name, k) => image(k, name)),
    [1, 3, 3, 4].map((image_id, k) => ({ id: k, image_id, category_id: 1 })),
  );
  const validation = file([image(3, 'v')], [{ id: 0, image_id: 3, category_id: 1 }]);
  const { learn, unseen } = shareOut(training, validation);
  expect(learn.images.map(({ file_name }) => file_name)).toEqual(['a', 'b', 'c', 'e']);
  expect(learn.annotations.map(({ image_id }) => image_id)).toEqual([1, 4]);
  expect(unseen.images).toEqual([image(1, 'd'), image(2, 'v')]);
  expect(unseen.annotations.map(({ id, image_id }) => [id, image_id])).toEqual([[1, 1], [2, 1], [3, 2]]); // biome-ignore format: pairs
});

test('a batch reaches the other process as it is, points in the order in which they are wanted', async () => {
  await useBackend('cpu');
  const pixels = tf.tensor4d([1, 2, 3, 4, 5, 6], [1, 1, 2, 3]);
  const masks = tf.tensor3d([0, 1], [1, 1, 2]);
  const batch = { pixels, targets: [{ classes: Int32Array.of(2), masks }] };
  const points = [Float32Array.of(0.5, 0.25), Float32Array.of(0.75)];
  const read = openSafetensors(bytesOf('frame', writeSafetensors(frameOf({ ...batch, points }))));
  expect([...read.keys()]).toEqual(['pixels', 'masks.0', 'classes.0', 'points.0', 'points.1']);
  expect(read.read('pixels')).toEqual({ shape: [1, 1, 2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) });
  expect([...read.read('classes.0').values, ...read.read('points.1').values]).toEqual([2, 0.75]);
  tf.dispose([pixels, masks]);
});

test('tensors are compared by the norm of their difference, and one that a side lacks is named', () => {
  const of = (a, b) => new Map([['a', Float32Array.from(a)], ['b', Float32Array.from(b)]]); // biome-ignore format: two tensors
  const { whole, worst } = farthest(of([3, 4], [10]), of([3, 4], [12]));
  expect(whole).toBeCloseTo(2 / 13, 12); // of (3, 4, 12)
  expect(worst.map(({ key, part }) => [key, part])).toEqual([['b', 2 / 12], ['a', 0]]); // biome-ignore format: pairs
  expect(() => farthest(of([1], [1]), new Map([['a', Float32Array.of(1)]]))).toThrow('got b of one alone');
  expect(() => farthest(of([1], [1]), of([1], [1, 2]))).toThrow('b: expected 1 numbers, got 2');
});

test('the table has each seed, mean and spread, and the difference of the seeds that both have', () => {
  const run = (arm, seed, ap) => ({ arm, seed, steps: 9, ap, ap50: ap + 20 });
  const records = [run('seg', 2, 34), run('seg', 1, 30), run('pytorch', 1, 29), run('pytorch', 2, 31)];
  const lines = table([...records, { ...run('seg', 3, 90), steps: 8 }], 9).split('\n');
  expect(lines[2]).toBe('| @seg | 1, 2 | 30.0, 34.0 | 32.0 ± 2.8 | 50.0, 54.0 | 52.0 ± 2.8 |');
  expect(lines[3]).toBe('| transformers | 1, 2 | 29.0, 31.0 | 30.0 ± 1.4 | 49.0, 51.0 | 50.0 ± 1.4 |');
  expect(lines.at(-1)).toBe('AP of @seg less that of transformers, seed by seed: 2.0 ± 1.4 (better).');
  expect(table([run('seg', 1, 30)], 9)).toContain('No seed of both yet.');
});

test('figures of an evaluation are percent, and one that is missing is named', () => {
  expect(readFigures({ summary: { AP: 0.5, AP50: 0.75 } })).toEqual({ ap: 50, ap50: 75 });
  expect(() => readFigures({ summary: { AP: 0.5 } })).toThrow('expected a figure AP50, got undefined');
});
