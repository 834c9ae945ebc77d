import * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { sizeFromShape } from '../size.ts';
import { sumRows } from '../sum-rows/sum-rows.ts';
import { sum } from '../webgpu/reduction.ts';
import { type Program, runProgram, WORKGROUP } from '../webgpu/run-program.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';

const GROUPWISE = `${sum('total', 'f32')}
  // element i of a group: its channels run fastest
  fn place(group: i32, i: i32) -> i32 {
    let image = group / uniforms.groups;
    let pixel = i / uniforms.width;
    return (image * uniforms.pixels + pixel) * uniforms.channels + (group % uniforms.groups) * uniforms.width + i % uniforms.width;
  }`;

/** The group of an element, in an elementwise program. */
const GROUP = `
  fn groupOf(index: i32) -> i32 {
    let image = index / (uniforms.pixels * uniforms.channels);
    return image * uniforms.groups + (index % uniforms.channels) / uniforms.width;
  }`;

export const groupNormWebgpu: KernelBody<Inputs, Attrs> = ({ x, gain, bias }, { groups, epsilon }, backend) =>
  tf.tidy(() => {
    const statistics = statisticsOf(backend, x, groups, epsilon);
    const info = runProgram(backend, {
      ...elementwise(x, groups),
      key: 'group_norm',
      inputs: { x: { tensor: x }, gain: { tensor: gain }, bias: { tensor: bias! }, statistics: { tensor: statistics } },
      code: `${GROUP}
        fn main(index: i32) {
          if (index >= uniforms.count) { return; }
          let at = 2 * groupOf(index);
          let c = index % uniforms.channels;
          result[index] = (x[index] - statistics[at]) * statistics[at + 1] * gain[c] + bias[c];
        }`,
    });
    return tf.engine().makeTensorFromTensorInfo(info);
  });

export const groupNormGradientWebgpu: KernelBody<GradientInputs, Attrs> = (
  { dy, x, gain },
  { groups, epsilon },
  backend,
) =>
  tf.tidy(() => {
    const statistics = statisticsOf(backend, x, groups, epsilon);
    const inputs = { dy: { tensor: dy }, x: { tensor: x }, gain: { tensor: gain }, statistics: { tensor: statistics } };
    const means = meansOfGradient(backend, x, groups, inputs);
    const made = (program: Program) => tf.engine().makeTensorFromTensorInfo(runProgram(backend, program));
    const dx = made({
      ...elementwise(x, groups),
      key: 'group_norm_dx',
      inputs: { ...inputs, means: { tensor: means } },
      code: `${GROUP}
        fn main(index: i32) {
          if (index >= uniforms.count) { return; }
          let at = 2 * groupOf(index);
          let normalized = (x[index] - statistics[at]) * statistics[at + 1];
          let g = dy[index] * gain[index % uniforms.channels];
          result[index] = (g - means[at] - normalized * means[at + 1]) * statistics[at + 1];
        }`,
    });
    const weighted = made({
      ...elementwise(x, groups),
      key: 'group_norm_weighted',
      inputs: { dy: inputs.dy, x: inputs.x, statistics: inputs.statistics },
      code: `${GROUP}
        fn main(index: i32) {
          if (index >= uniforms.count) { return; }
          let at = 2 * groupOf(index);
          result[index] = dy[index] * (x[index] - statistics[at]) * statistics[at + 1];
        }`,
    });
    return [dx, sumRows(weighted, gain.shape[0]!), sumRows(dy, gain.shape[0]!)];
  });

/** [B·groups, 2] of mean and 1/√(var + ε), one workgroup a group. */
function statisticsOf(backend: tf.KernelBackend, x: tf.Tensor4D, groups: number, epsilon: number): tf.Tensor {
  const info = runProgram(backend, {
    ...groupwise(x, groups),
    key: 'group_norm_statistics',
    inputs: { x: { tensor: x } },
    floats: { epsilon },
    code: `${GROUPWISE}
      fn main(index: i32) {
        let lane = index % ${WORKGROUP};
        let group = min(index / ${WORKGROUP}, uniforms.all - 1);
        let size = uniforms.pixels * uniforms.width;
        var sum = 0.0;
        for (var i = lane; i < size; i += ${WORKGROUP}) { sum += x[place(group, i)]; }
        let mean = total(sum, lane) / f32(size);
        var squares = 0.0;
        for (var i = lane; i < size; i += ${WORKGROUP}) { let d = x[place(group, i)] - mean; squares += d * d; }
        let inverse = inverseSqrt(total(squares, lane) / f32(size) + uniforms.epsilon);
        if (lane == 0) { result[2 * group] = mean; result[2 * group + 1] = inverse; }
      }`,
  });
  return tf.engine().makeTensorFromTensorInfo(info);
}

/** [B·groups, 2] of the means of g = dy · gain and of g times the normalized input. */
function meansOfGradient(
  backend: tf.KernelBackend,
  x: tf.Tensor4D,
  groups: number,
  inputs: Program['inputs'],
): tf.Tensor {
  const info = runProgram(backend, {
    ...groupwise(x, groups),
    key: 'group_norm_means',
    inputs,
    code: `${GROUPWISE}
      fn main(index: i32) {
        let lane = index % ${WORKGROUP};
        let group = min(index / ${WORKGROUP}, uniforms.all - 1);
        let size = uniforms.pixels * uniforms.width;
        var g = 0.0; var along = 0.0;
        for (var i = lane; i < size; i += ${WORKGROUP}) {
          let at = place(group, i);
          let upstream = dy[at] * gain[at % uniforms.channels];
          g += upstream;
          along += upstream * (x[at] - statistics[2 * group]) * statistics[2 * group + 1];
        }
        let meanG = total(g, lane) / f32(size);
        let meanAlong = total(along, lane) / f32(size);
        if (lane == 0) { result[2 * group] = meanG; result[2 * group + 1] = meanAlong; }
      }`,
  });
  return tf.engine().makeTensorFromTensorInfo(info);
}

function sizesOf(x: tf.Tensor4D, groups: number): Record<string, number> {
  const [batch, height, width, channels] = x.shape;
  return { pixels: height * width, channels, groups, width: channels / groups, all: batch * groups };
}

function groupwise(x: tf.Tensor4D, groups: number): Omit<Program, 'key' | 'inputs' | 'code'> {
  const integers = sizesOf(x, groups);
  return { outputShape: [integers.all!, 2], invocations: integers.all! * WORKGROUP, integers };
}

function elementwise(x: tf.Tensor4D, groups: number): Omit<Program, 'key' | 'inputs' | 'code'> {
  const count = sizeFromShape(x.shape);
  return { outputShape: x.shape, invocations: count, integers: { ...sizesOf(x, groups), count } };
}
