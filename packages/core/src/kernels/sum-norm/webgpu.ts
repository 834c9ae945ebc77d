import type { KernelBody } from '../define-kernel.ts';
import { sum } from '../webgpu/reduction.ts';
import { runProgram, WORKGROUP } from '../webgpu/run-program.ts';
import type { Attrs, Inputs } from './types.ts';

/** One workgroup a row, as in layer norm; groups beyond the last row work on it and write nothing. */
export const sumNormWebgpu: KernelBody<Inputs, Attrs> = ({ x, branch, gain, bias }, { epsilon }, backend) => {
  const width = gain.size;
  const rows = x.size / width;
  return runProgram(backend, {
    key: 'sum_norm',
    inputs: { x: { tensor: x }, y: { tensor: branch }, gain: { tensor: gain }, bias: { tensor: bias } },
    outputShape: x.shape,
    invocations: rows * WORKGROUP,
    integers: { rows, width },
    floats: { epsilon },
    code: `${sum('total', 'f32')}
      fn main(index: i32) {
        let lane = index % ${WORKGROUP};
        let row = index / ${WORKGROUP};
        let start = min(row, uniforms.rows - 1) * uniforms.width;
        let width = uniforms.width;
        var sum = 0.0;
        for (var c = lane; c < width; c += ${WORKGROUP}) { sum += x[start + c] + y[start + c]; }
        let mean = total(sum, lane) / f32(width);
        var squares = 0.0;
        for (var c = lane; c < width; c += ${WORKGROUP}) { let d = x[start + c] + y[start + c] - mean; squares += d * d; }
        let inverse = inverseSqrt(total(squares, lane) / f32(width) + uniforms.epsilon);
        if (row >= uniforms.rows) { return; }
        for (var c = lane; c < width; c += ${WORKGROUP}) {
          result[start + c] = (x[start + c] + y[start + c] - mean) * inverse * gain[c] + bias[c];
        }
      }`,
  });
};
