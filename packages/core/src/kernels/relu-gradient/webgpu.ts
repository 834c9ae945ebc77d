import type { KernelBody } from '../define-kernel.ts';
import { runProgram } from '../webgpu/run-program.ts';
import type { Attrs, Inputs } from './types.ts';

/** One invocation an element. */
export const reluGradientWebgpu: KernelBody<Inputs, Attrs> = ({ dy, y }, _, backend) =>
  runProgram(backend, {
    key: 'relu_gradient',
    inputs: { dy: { tensor: dy }, y: { tensor: y } },
    outputShape: dy.shape,
    invocations: dy.size,
    integers: { size: dy.size },
    code: `
      fn main(i: i32) {
        if (i < uniforms.size) { result[i] = dy[i] * select(0.0, 1.0, y[i] > 0.0); }
      }`,
  });
