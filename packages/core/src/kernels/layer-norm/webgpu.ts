import type * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { sizeFromShape } from '../size.ts';
import { columnSums } from '../webgpu/column-sums.ts';
import { sum } from '../webgpu/reduction.ts';
import { type Program, runProgram, runShader, WORKGROUP } from '../webgpu/run-program.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';

/** One workgroup a row, up to the statistics of it. Groups beyond the last row, which a large dispatch may have, work on the last and write nothing. */
const ROW = `${sum('total', 'f32')}
  // mean and 1/√(var + ε) of a row
  fn statistics(start: i32, lane: i32) -> vec2<f32> {
    let width = uniforms.width;
    var sum = 0.0;
    for (var c = lane; c < width; c += ${WORKGROUP}) { sum += x[start + c]; }
    let mean = total(sum, lane) / f32(width);
    var squares = 0.0;
    for (var c = lane; c < width; c += ${WORKGROUP}) { let d = x[start + c] - mean; squares += d * d; }
    return vec2<f32>(mean, inverseSqrt(total(squares, lane) / f32(width) + uniforms.epsilon));
  }
  fn main(index: i32) {
    let lane = index % ${WORKGROUP};
    let row = index / ${WORKGROUP};
    let start = min(row, uniforms.rows - 1) * uniforms.width;
    let s = statistics(start, lane);`;

export const layerNormWebgpu: KernelBody<Inputs, Attrs> = ({ x, gain, bias }, { epsilon }, backend) =>
  runProgram(backend, {
    ...rowProgram(x, gain, epsilon),
    key: 'layer_norm',
    inputs: { x: { tensor: x }, gain: { tensor: gain }, bias: { tensor: bias! } },
    code: `${ROW}
        if (row >= uniforms.rows) { return; }
        for (var c = lane; c < uniforms.width; c += ${WORKGROUP}) {
          result[start + c] = (x[start + c] - s.x) * s.y * gain[c] + bias[c];
        }
      }`,
  });

export const layerNormGradientWebgpu: KernelBody<GradientInputs, Attrs> = ({ dy, x, gain }, { epsilon }, backend) => {
  const { outputShape, ...program } = rowProgram(x, gain, epsilon);
  const rows = program.integers!.rows!;
  const [dx, normalization] = runShader(backend, {
    ...program,
    key: 'layer_norm_dx',
    inputs: { dy: { tensor: dy }, x: { tensor: x }, gain: { tensor: gain } },
    outputs: { dx: { shape: outputShape }, normalization: { shape: [rows, 2] } },
    code: `${ROW}
        var g = 0.0; var along = 0.0;
        for (var c = lane; c < uniforms.width; c += ${WORKGROUP}) {
          let upstream = dy[start + c] * gain[c];
          g += upstream;
          along += upstream * (x[start + c] - s.x) * s.y;
        }
        let meanG = total(g, lane) / f32(uniforms.width);
        let meanAlong = total(along, lane) / f32(uniforms.width);
        if (row >= uniforms.rows) { return; }
        for (var c = lane; c < uniforms.width; c += ${WORKGROUP}) {
          let normalized = (x[start + c] - s.x) * s.y;
          dx[start + c] = (dy[start + c] * gain[c] - meanG - normalized * meanAlong) * s.y;
        }
        if (lane == 0) { normalization[2 * row] = s.x; normalization[2 * row + 1] = s.y; }
      }`,
  }) as [tf.TensorInfo, tf.TensorInfo];
  const ofParameters = columnSums(backend, {
    key: 'layer_norm',
    inputs: { dy: { tensor: dy }, x: { tensor: x }, normalization: { tensor: normalization } },
    ...{ rows, channels: gain.shape[0]! },
    values: { along: 'dy[i] * (x[i] - normalization[2 * row]) * normalization[2 * row + 1]', upstream: 'dy[i]' },
  });
  backend.disposeData(normalization.dataId as object);
  return [dx, ...ofParameters];
};

function rowProgram(x: tf.Tensor, gain: tf.Tensor, epsilon: number): Omit<Program, 'key' | 'inputs' | 'code'> {
  const width = gain.shape[0]!;
  const rows = sizeFromShape(x.shape) / width;
  return { outputShape: x.shape, invocations: rows * WORKGROUP, integers: { rows, width }, floats: { epsilon } };
}
