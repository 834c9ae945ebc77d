import type { ParamStore } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import { NCHW } from '../graph/axes.ts';
import { traceGraph } from '../trace-graph.ts';
import { openSession, type SessionOptions } from './node-session.ts';

/**
 * Computes named tensors of a forward pass through onnxruntime: the pass is traced, and its graph run on the same pixels.
 *
 * @param forward The pass; what it returns is freed
 * @returns Tensors by name, in the layout of `forward`'s; the caller disposes them
 */
export async function runThroughOnnx(
  params: ParamStore,
  pixels: tf.Tensor4D,
  forward: () => ReadonlyMap<string, tf.Tensor>,
  options: SessionOptions = {},
): Promise<Map<string, tf.Tensor>> {
  const input = { name: 'pixel_values', tensor: pixels, perm: NCHW };
  const graph = await traceGraph('forward', params, input, () =>
    [...forward()].map(([name, tensor]) => ({ name, tensor })),
  );
  const session = await openSession(graph, options);
  const nchw = tf.tidy(() => tf.transpose(pixels, [...NCHW]));
  try {
    return await session.run({ pixel_values: nchw });
  } finally {
    nchw.dispose();
    await session.dispose();
  }
}
