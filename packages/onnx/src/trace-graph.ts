import { type KernelCall, type ParamStore, recordKernels } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import type { Sides } from './graph/axes.ts';
import { Graph } from './graph/graph.ts';
import type { OnnxGraph } from './graph/onnx-graph.ts';
import { ONNX_BODIES, POSITION_BODIES } from './kernels/onnx-bodies.ts';

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
 * @throws Error naming a kernel that ONNX has no form of here, with the module that called it; on native TensorFlow, where
 *   graphs of attention came out wrong
 */
export async function traceGraph(
  name: string,
  params: ParamStore,
  input: Port,
  forward: () => readonly Port[],
  { positions = false }: TraceOptions = {},
): Promise<OnnxGraph> {
  expectTraceable();
  const graph = new Graph((tensor) => params.nameOf(tensor));
  graph.addInput(input.name, input.tensor, input.perm);
  const modules = { last: 'the input' };
  const before = params.observer;
  params.observer = (path, value) => {
    before?.(path, value);
    graph.closeModule(path);
    modules.last = path;
  };
  try {
    tf.tidy(() => {
      const outputs = recordKernels((call) => {
        if (positions && call.kernel in POSITION_BODIES) writePosition(graph, call);
        else write(graph, call, params, modules.last);
      }, forward);
      for (const output of outputs) graph.addOutput(output.name, output.tensor, output.perm);
    });
    return await graph.finish(name);
  } finally {
    params.observer = before;
    graph.dispose();
  }
}

function expectTraceable(): void {
  if (tf.getBackend() !== 'tensorflow') return;
  throw new Error('exportOnnx: expected backend wasm, webgpu or cpu, got native TensorFlow');
}

function writePosition(graph: Graph, { kernel, inputs, attrs, outputs }: KernelCall): void {
  POSITION_BODIES[kernel](graph, inputs, attrs, outputs);
}

function write(graph: Graph, { kernel, inputs, attrs, outputs }: KernelCall, params: ParamStore, last: string): void {
  const operands = Object.values(inputs);
  if (!operands.some((tensor) => graph.isDynamic(tensor))) return;
  const body = ONNX_BODIES[kernel];
  if (body === undefined) {
    const key = operands.map((tensor) => params.nameOf(tensor)).find((name) => name !== undefined);
    const place = key === undefined ? `called behind ${last}` : `called with ${key}`;
    throw new Error(`exportOnnx: expected a kernel that ONNX has a form of, got ${kernel}, ${place}`);
  }
  body(graph, inputs, attrs, outputs);
}
