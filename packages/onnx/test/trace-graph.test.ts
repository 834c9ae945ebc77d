import { init, ParamStore, useBackend } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';

import { exportGraph } from '../src/export/export-graph.ts';
import { withHalfSafeSteps } from '../src/graph/half-safe-steps.ts';
import { withHalfWeights } from '../src/graph/half-weights.ts';
import type { OnnxGraph } from '../src/graph/onnx-graph.ts';
import { openSession } from '../src/node.ts';
import { traceGraph } from '../src/trace-graph.ts';

beforeAll(async () => void (await useBackend('cpu')));

async function traced(forward: (x: tf.Tensor4D, params: ParamStore) => tf.Tensor): Promise<OnnxGraph> {
  const params = new ParamStore();
  const x = tf.zeros<tf.Rank.R4>([1, 2, 3, 4]);
  return traceGraph('test', params, { name: 'x', tensor: x }, () => [
    { name: 'y', tensor: forward(x, params) },
  ]).finally(() => x.dispose());
}

async function run(graph: OnnxGraph, x: tf.Tensor): Promise<number[]> {
  const session = await openSession(graph, { intraOpNumThreads: 1 });
  const results = await session.run({ x });
  const values = Array.from(await results.get('y')!.data());
  tf.dispose([...results.values()]);
  await session.dispose();
  return values;
}

test('a kernel without a form in ONNX is refused by name, with the module that called it', async () => {
  const failing = traced((x, { root }) => tf.atan(root.at('head', 'norm').tap(tf.relu(x))));
  await expect(failing).rejects.toThrow(
    'expected a kernel that this format has a form of, got Atan, called behind head.norm',
  );
  const weighted = traced((x, { root }) => tf.atan2(x, root.at('head').param('angle', [4], init.ones)));
  await expect(weighted).rejects.toThrow('got Atan2, called with head.angle');
});

test('a failed trace leaves no tensors and no listener', async () => {
  const before = tf.memory().numTensors;
  const params = new ParamStore();
  const x = tf.zeros([2]);
  const failing = traceGraph('test', params, { name: 'x', tensor: x }, () => [
    { name: 'y', tensor: tf.atan(tf.add(x, 1)) },
  ]);
  await expect(failing).rejects.toThrow('Atan');
  expect(params.observer).toBeNull();
  x.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('what does not depend on the input is a constant; nodes carry the paths of their modules', async () => {
  const graph = await traced((x, { root }) => {
    const shifted = root.at('first').tap(tf.add(x, tf.sin(tf.range(0, 4))));
    return root.at('second').tap(tf.relu(shifted));
  });
  expect(graph.nodes.map(({ name }) => name)).toEqual(['first/Add', 'second/Relu', 'Identity']);
  expect(graph.initializers.map(({ dims }) => dims)).toEqual([[4]]);
});

/** A step as the attention mask has it. */
const step = (x: tf.Tensor) => tf.clipByValue(tf.mul(x, 1e30), -1e9, 0);

test('steps beyond half precision become a comparison and a choice', async () => {
  const graph = withHalfSafeSteps(await traced((x) => tf.mul(step(x), tf.cast(tf.greaterEqual(x, -1), 'float32'))));
  expect(graph.nodes.map(({ op }) => op)).not.toContain('Clip');
  for (const { type, data } of graph.initializers) {
    if (type !== 'float32') continue;
    for (const value of new Float32Array(data.buffer, data.byteOffset, data.length / 4)) {
      expect(Math.abs(value)).toBeLessThanOrEqual(65504);
    }
  }
  const x = tf.tensor4d([-1e-20, 0, 1e-20, -5, 3, -0, ...Array(18).fill(1)], [1, 2, 3, 4]);
  expect((await run(graph, x)).slice(0, 6).map((value) => value + 0)).toEqual([-6e4, 0, 0, 0, 0, 0]);
  x.dispose();
});

test('a clip of anything else stays', async () => {
  for (const other of [
    (x: tf.Tensor) => tf.clipByValue(tf.mul(x, 2), -1e9, 0),
    (x: tf.Tensor) => tf.clipByValue(x, -1, 0),
  ]) {
    const graph = withHalfSafeSteps(await traced(other));
    expect(graph.nodes.map(({ op }) => op)).toContain('Clip');
  }
});

test('weights of half precision are cast; what does not fit is refused by name', async () => {
  const wide = (factor: number) =>
    traced((x, { root }) => {
      const weight = root.at('head').param('weight', [4, 300], (shape) => tf.fill(shape, factor));
      return tf.matMul(tf.reshape(x, [6, 4]), weight as unknown as tf.Tensor2D);
    });
  const graph = withHalfWeights(await wide(0.1));
  expect(graph.initializers.map(({ name, type }) => `${name} ${type}`)).toContain('head.weight.half float16');
  const x = tf.ones<tf.Rank.R4>([1, 2, 3, 4]);
  expect((await run(graph, x))[0]).toBeCloseTo(0.4, 3);
  x.dispose();
  expect(() => withHalfWeights(graph)).not.toThrow();
  const large = await wide(1e6);
  expect(() => withHalfWeights(large)).toThrow('exportOnnx: head.weight: expected values within ±65504, got 1000000');
});

test.each([
  [{ size: [0, 32] as [number, number] }, /expected a height and a width, got 0,32/],
  [{ size: [32, 32.5] as [number, number] }, /expected a height and a width/],
  [{ size: [99999, 99999] as [number, number] }, /expected at most 16777216 pixels, got 9999800001/],
  [{ size: [32, 32] as [number, number], batch: 0 }, /expected a batch or free, got 0/],
])('%o is refused before anything runs', async (options, message) => {
  const model = {
    params: new ParamStore(),
    config: { model: 'none' },
    forward: () => {
      throw new Error('ran');
    },
  };
  await expect(exportGraph(model, options)).rejects.toThrow(message);
});
