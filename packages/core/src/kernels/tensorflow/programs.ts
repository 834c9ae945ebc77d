import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type * as tf from '@tensorflow/tfjs-core';

import { encodeGraph, type GraphNode } from './graph-def.ts';
import { isOnProcessor, type NativeBackend } from './native-ops.ts';

/** Programs by backend and key; null where it could not be loaded. */
const programsOf = new WeakMap<NativeBackend, Map<string, number | null>>();

/**
 * Runs several of TensorFlow's ops in one call, those that do not wait for each other at the same time. Shapes are those of the call.
 *
 * @param inputs Float tensors by the names of the graph's inputs
 * @param outputs Names of the nodes whose values are wanted
 * @returns Null on a GPU, and where the graph cannot be loaded
 */
export function runProgram(
  given: tf.KernelBackend,
  key: string,
  graph: () => GraphNode[],
  inputs: Record<string, tf.TensorInfo>,
  outputs: readonly string[],
): tf.Tensor[] | null {
  const backend = given as NativeBackend;
  if (!isOnProcessor(backend)) return null;
  const programs = programsOf.get(backend) ?? new Map<string, number | null>();
  programsOf.set(backend, programs);
  if (!programs.has(key)) programs.set(key, loadProgram(backend, graph()));
  const program = programs.get(key)!;
  if (program === null) return null;
  const names = Object.keys(inputs).map((name) => `${name}:0`);
  const ids = backend.getInputTensorIds(Object.values(inputs));
  return callProgram(
    backend,
    program,
    { names, ids },
    outputs.map((name) => `${name}:0`),
  );
}

/**
 * @param inputs Names of values, and the handles of what they are in this call
 * @param outputs Names of values: that of the node, a colon, the number of its output
 */
export function callProgram(
  backend: NativeBackend,
  program: number,
  { names, ids }: { names: readonly string[]; ids: number[] },
  outputs: readonly string[],
): tf.Tensor[] {
  const results = backend.binding.runSavedModel(program, ids, names.join(), outputs.join());
  return results.map((result) => backend.createOutputTensor(result));
}

/**
 * Writes a graph into a temporary folder, from which tfjs-node reads it; the folder is gone before anything else runs.
 *
 * @returns Null where there is no room for the folder, or TensorFlow refuses the graph: the same ops run one by one
 */
export function loadProgram({ binding }: NativeBackend, nodes: GraphNode[]): number | null {
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(tmpdir(), 'seg-program-'));
    writeFileSync(join(folder, 'saved_model.pb'), encodeGraph(nodes));
    return binding.loadSavedModel(folder, 'serve');
  } catch {
    return null;
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}
