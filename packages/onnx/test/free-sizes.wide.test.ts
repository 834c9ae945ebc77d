import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type ParamStore, useBackend } from '@seg/core';
import { Mask2Former, MaskFormer, Solo } from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test, vi } from 'vitest';

import { parseGolden } from '../../verify/src/index.ts';
import { planOf } from '../src/export/free-sizes.ts';
import { NCHW } from '../src/graph/axes.ts';
import { withFreeAxes } from '../src/graph/free-axes.ts';
import type { OnnxGraph } from '../src/graph/onnx-graph.ts';
import { openSession } from '../src/node.ts';
import { traceGraph } from '../src/trace-graph.ts';

const GOLDENS = path.join(import.meta.dirname, '../../../../shared/goldens/full');

/** Pass of a golden file, on the pixels that it has. */
type Forward = () => ReadonlyMap<string, tf.Tensor>;

/** Runs passes of a golden file on other pixels than its own. */
async function onPixels<T>(pixels: tf.Tensor4D, run: () => Promise<T>): Promise<T> {
  const spies = [Mask2Former, MaskFormer, Solo].map(({ prototype }) => {
    const { forward } = prototype as { forward(given: tf.Tensor4D): object };
    return vi.spyOn(prototype as { forward: typeof forward }, 'forward').mockImplementation(function (this: object) {
      return forward.call(this, pixels);
    });
  });
  try {
    return await run();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** A graph of free sizes, of traces that are smaller than the golden's image, run on it. */
async function throughFreeSizes(params: ParamStore, pixels: tf.Tensor4D, forward: Forward) {
  const { axes, counts } = planOf(false, true);
  const graphs: OnnxGraph[] = [];
  for (const [rows, columns] of counts) {
    const other = tf.zeros<tf.Rank.R4>([1, 32 * rows, 32 * columns, 3]);
    const ports = () => [...forward()].map(([name, tensor]) => ({ name, tensor }));
    const input = { name: 'pixel_values', tensor: other, perm: NCHW };
    graphs.push(await onPixels(other, () => traceGraph('golden', params, input, ports, { positions: true })));
    other.dispose();
  }
  const graph = withFreeAxes(graphs, axes, counts);
  expect(graph.inputs[0].dims).toEqual([1, 3, 'height', 'width']);
  const session = await openSession(graph, { intraOpNumThreads: 1 });
  const nchw = tf.tidy(() => tf.transpose(pixels, [...NCHW]));
  const found = await session.run({ pixel_values: nchw });
  nchw.dispose();
  await session.dispose();
  return found;
}

test.skipIf(!existsSync(GOLDENS)).each([
  ['mask2former_r50', 55],
  ['maskformer_r50', 35],
  ['solo_r50_fpn', 42],
  ['decoupled_solo_r50_fpn', 52],
  ['solov2_r50_fpn', 38],
])(
  '%s: a graph of free sizes holds the %i bounds of the original at a size that was not traced',
  async (name, count) => {
    await useBackend('wasm', { threads: 1 });
    const file = path.join(GOLDENS, `${name}.json`);
    const golden = parseGolden(file, readFileSync(file, 'utf8'));
    const results = [];
    for await (const result of golden.check({ runtime: throughFreeSizes })) results.push(result);
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
    expect(results.length).toBe(count);
  },
);
