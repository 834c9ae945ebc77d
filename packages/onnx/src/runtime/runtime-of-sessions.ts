import type { NetworkRuntime } from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';

import { PIXELS } from '../export/forward-of.ts';
import { outputsOf, withTensors } from '../export/outputs.ts';
import { NCHW } from '../graph/axes.ts';
import { withHalfSafeSteps } from '../graph/half-safe-steps.ts';
import type { OnnxGraph } from '../graph/onnx-graph.ts';
import { traceGraph } from '../trace-graph.ts';
import type { GraphSession } from './graph-session.ts';

/** 4: photographs come upright and lying, in two shapes each; a session holds the weights once more. */
const MOST_SIZES = 4;

type OpenSize = { session: GraphSession; prediction: object };

/** Opens a graph in some onnxruntime. */
export type OpenGraph = (graph: OnnxGraph) => Promise<GraphSession>;

/**
 * Runs networks in sessions in place of the backend. Every size and number of images is exported when it comes first: a pass
 * on the backend, and the session's start.
 */
export function runtimeOfSessions(open: OpenGraph, maxSizes = MOST_SIZES): NetworkRuntime {
  const sizes = new Map<string, OpenSize>();
  return {
    forward: async (network, pixels) => {
      const key = pixels.shape.join('x');
      const found = sizes.get(key) ?? (await openSize(network, pixels, open));
      sizes.delete(key);
      sizes.set(key, found); // the last one used is the last to go
      await keepLast(sizes, maxSizes);
      return run(found, network.config.model, pixels);
    },
    dispose: () => keepLast(sizes, 0),
  };
}

async function openSize(
  network: Parameters<NetworkRuntime['forward']>[0],
  pixels: tf.Tensor4D,
  open: OpenGraph,
): Promise<OpenSize> {
  const { model } = network.config;
  let prediction: object = {};
  const input = { name: PIXELS, tensor: pixels, perm: NCHW };
  const graph = await traceGraph(model, network.params, input, () => {
    prediction = network.forward(pixels);
    return outputsOf(model, prediction);
  });
  return { session: await open(withHalfSafeSteps(graph)), prediction };
}

async function run({ session, prediction }: OpenSize, model: string, pixels: tf.Tensor4D): Promise<object> {
  const nchw = tf.tidy(() => tf.transpose(pixels, [...NCHW]));
  const tensors = await session.run({ [PIXELS]: nchw }).finally(() => nchw.dispose());
  const result = withTensors(model, prediction, tensors);
  tf.dispose([...tensors.values()]);
  return result;
}

async function keepLast(sizes: Map<string, OpenSize>, count: number): Promise<void> {
  for (const [key, { session }] of [...sizes].slice(0, Math.max(0, sizes.size - count))) {
    sizes.delete(key);
    await session.dispose();
  }
}
