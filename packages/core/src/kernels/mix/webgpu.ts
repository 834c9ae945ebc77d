import type { KernelBody } from '../define-kernel.ts';
import { runProgram } from '../webgpu/run-program.ts';
import type { Attrs, Inputs } from './types.ts';

/** One invocation an element. */
export const mixWebgpu: KernelBody<Inputs, Attrs> = ({ from, to }, { part, scale }, backend) =>
  runProgram(backend, {
    key: 'mix',
    inputs: { x: { tensor: from }, y: { tensor: to } },
    outputShape: from.shape,
    invocations: from.size,
    integers: { size: from.size },
    floats: { part, scale },
    code: `
      fn main(i: i32) {
        if (i < uniforms.size) { result[i] = x[i] + (y[i] * uniforms.scale - x[i]) * uniforms.part; }
      }`,
  });
