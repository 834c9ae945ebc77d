import type { KernelBody } from '../define-kernel.ts';
import { runProgram } from '../webgpu/run-program.ts';
import type { Attrs, Inputs } from './types.ts';

/** One invocation a number. */
export const movedBoxesWebgpu: KernelBody<Inputs, Attrs> = ({ moved, reference }, { margin }, backend) =>
  runProgram(backend, {
    key: 'moved_boxes',
    inputs: { moved: { tensor: moved }, reference: { tensor: reference } },
    outputShape: moved.shape,
    invocations: moved.size,
    integers: { count: moved.size, known: reference.shape[2], size: reference.size },
    floats: { margin },
    code: `
      fn main(index: i32) {
        if (index >= uniforms.count) { return; }
        let side = index % 4;
        var start = 0.0;
        if (side < uniforms.known) {
          let share = clamp(reference[(index / 4 * uniforms.known + side) % uniforms.size], 0.0, 1.0);
          start = log(max(share, uniforms.margin) / max(1.0 - share, uniforms.margin));
        }
        result[index] = 1.0 / (1.0 + exp(-(moved[index] + start)));
      }`,
  });
