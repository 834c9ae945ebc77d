import type { ParamStore } from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';

import type { Sides } from './graph/axes.ts';
import { Graph } from './graph/graph.ts';
import type { OnnxGraph } from './graph/onnx-graph.ts';
import { ONNX_BODIES, POSITION_BODIES } from './kernels/onnx-bodies.ts';
import { recordPass } from './record-pass.ts';

/** A tensor at the border of a graph: its name there, and the order of its axes there. */
export type Port = { name: string; tensor: tf.Tensor; perm?: Sides };

/** Options of a trace. */
export type TraceOptions = {
  /** Compute positions of pixels in the graph too, where they would be constants of one size. Default: no. */
  positions?: boolean;
};

/**
 * Runs a forward pass on the backend in use and writes down what it does to its input. What does not depend on the input
 * comes out as a constant with the value that it had: positions, folded norms, parameters.
 *
 * @param input Its values do not matter, its shape does
 * @param forward Names what it returns; its tensors are freed
 * @throws Error naming a kernel that has no form here, with the module that called it; on native TensorFlow, where
 *   graphs of attention came out wrong
 */
export async function traceGraph(
  name: string,
  params: ParamStore,
  input: Port,
  forward: () => readonly Port[],
  { positions = false }: TraceOptions = {},
): Promise<OnnxGraph> {
  const graph = new Graph((tensor) => params.nameOf(tensor));
  graph.addInput(input.name, input.tensor, input.perm);
  const sources = positions ? POSITION_BODIES : {};
  try {
    recordPass({ what: 'exportOnnx', recorder: graph, bodies: ONNX_BODIES, sources }, params, forward, (outputs) => {
      for (const output of outputs) graph.addOutput(output.name, output.tensor, output.perm);
    });
    return await graph.finish(name);
  } finally {
    graph.dispose();
  }
}
