import * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import type { GraphNode } from '../tensorflow/graph-def.ts';
import { input, node } from '../tensorflow/graph-nodes.ts';
import { floatOp } from '../tensorflow/native-ops.ts';
import { runProgram } from '../tensorflow/programs.ts';
import type { Attrs, Inputs } from './types.ts';

/** Halves of sums of squares, one op for each tensor, all in one call. */
export const globalNormTensorflow: KernelBody<Inputs, Attrs> = (inputs, _, backend) =>
  tf.tidy(() => {
    const tensors = Object.values(inputs);
    const named = Object.fromEntries(tensors.map((tensor, i) => [`x${i}`, tensor]));
    const key = `global norm of ${tensors.length}`;
    const sum = runProgram(backend, key, () => graphOf(Object.keys(named)), named, ['halves'])?.[0];
    const halves = () => tf.addN(tensors.map((tensor) => floatOp(backend, 'L2Loss', [tensor]) as tf.Scalar));
    return tf.sqrt(tf.mul(sum ?? halves(), 2));
  });

function graphOf(names: string[]): GraphNode[] {
  const halves = names.map((name) => node(`half/${name}`, 'L2Loss', [name]));
  const sum = node('halves', 'AddN', halves.map(({ name }) => name), { N: { int: names.length } }); // biome-ignore format: one node
  return [...names.map((name) => input(name)), ...halves, sum];
}
