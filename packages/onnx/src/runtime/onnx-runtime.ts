import type { NetworkRuntime } from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';

import { PIXELS } from '../export/forward-of.ts';
import { outputsOf, withTensors } from '../export/outputs.ts';
import { NCHW } from '../graph/axes.ts';
import { withHalfSafeSteps } from '../graph/half-safe-steps.ts';
import { traceGraph } from '../trace-graph.ts';
import { type GraphSession, openSession, type SessionOptions } from './node-session.ts';

/** Options of a runtime: those of its sessions, and how many there may be. */
export type OnnxRuntimeOptions = SessionOptions & {
  /** Most sizes of images whose sessions are kept, the last ones used. Default: 4. */
  maxSizes?: number;
};

/** 4: photographs come upright and lying, in two shapes each; a session holds the weights once more. */
const MOST_SIZES = 4;

type OpenSize = { session: GraphSession; prediction: object };

/**
 * Runs networks in onnxruntime-node in place of the backend, for `Segmenter`. Every size and number of images is exported
 * when it comes first: a pass on the backend, and the session's start.
 */
export function onnxRuntime({ maxSizes = MOST_SIZES, ...options }: OnnxRuntimeOptions = {}): NetworkRuntime {
  const sizes = new Map<string, OpenSize>();
  return {
    forward: async (network, pixels) => {
      const key = pixels.shape.join('x');
      const found = sizes.get(key) ?? (await openSize(network, pixels, options));
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
  options: SessionOptions,
): Promise<OpenSize> {
  const { model } = network.config;
  let prediction: object = {};
  const input = { name: PIXELS, tensor: pixels, perm: NCHW };
  const graph = await traceGraph(model, network.params, input, () => {
    prediction = network.forward(pixels);
    return outputsOf(model, prediction);
  });
  return { session: await openSession(withHalfSafeSteps(graph), options), prediction };
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
