import * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { sizeFromShape } from '../size.ts';
import { chunksOf, columnSums } from '../webgpu/column-sums.ts';
import { sum } from '../webgpu/reduction.ts';
import { type Program, runProgram, runShader, WORKGROUP } from '../webgpu/run-program.ts';
import type { Attrs, FusedAttrs, FusedInputs, GradientInputs, Inputs, Resize } from './types.ts';

/** Elements of a group beyond which its statistics are worth a dispatch more: a thousand for each lane of a workgroup. */
const LARGE_GROUP = 1 << 16;

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

export const groupNormWebgpu: KernelBody<Inputs, Attrs> = (inputs, attrs, backend, reference) =>
  fusedGroupNormWebgpu(inputs, { ...attrs, activation: 'linear' }, backend, reference);

/**
 * Four channels an invocation where a group has whole vectors of them. The coarser map is read where it is needed: it is never as
 * large as the finer.
 */
export const fusedGroupNormWebgpu: KernelBody<FusedInputs, FusedAttrs> = (inputs, attrs, backend) =>
  tf.tidy(() => {
    const { x, gain, bias, coarser } = inputs;
    const { groups, epsilon, activation, resize = 'bilinear' } = attrs;
    const statistics = statisticsOf(backend, x, groups, epsilon);
    const { channels, width, ...sizes } = sizesOf(x, groups);
    const components = width! % 4 === 0 ? 4 : 1;
    const number = components === 4 ? 'vec4<f32>' : 'f32';
    const count = x.size / components;
    const sides = coarser && { height1: x.shape[1], width1: x.shape[2], height0: coarser.shape[1], width0: coarser.shape[2] }; // biome-ignore format: two sizes
    const read = (tensor: tf.Tensor) => ({ tensor, components, anyStorage: true }) as const;
    const info = runProgram(backend, {
      ...{
        outputShape: x.shape,
        outputComponents: components === 4 && coarser ? 'any' : components,
        invocations: count,
      },
      integers: { ...sizes, channels: channels! / components, width: width! / components, count, ...sides },
      key: `group_norm_${activation}_${coarser ? resize : 'alone'}_${components}`,
      inputs: {
        ...{ x: read(x), gain: { tensor: gain, components }, bias: { tensor: bias!, components } },
        ...{ statistics: { tensor: statistics }, ...(coarser && { coarser: read(coarser) }) },
      },
      code: `${GROUP}
        ${coarser ? RESIZED[resize].replaceAll('NUMBER', number) : ''}
        fn main(index: i32) {
          if (index >= uniforms.count) { return; }
          let at = 2 * groupOf(index);
          let c = index % uniforms.channels;
          let value = (xAt(index) - statistics[at]) * statistics[at + 1] * gain[c] + bias[c]${coarser ? ' + resized(index / uniforms.channels, c)' : ''};
          let after = ${activation === 'relu' ? `select(value, ${number}(0.0), value < ${number}(0.0))` : 'value'};
          ${components === 4 && coarser ? 'resultPut(index, after);' : 'result[index] = after;'}
        }`,
    });
    return tf.engine().makeTensorFromTensorInfo(info);
  });

/** WGSL of the coarser map's value at a pixel of the finer, of all images. NUMBER is that of a channel, or of four. */
const RESIZED: Record<Resize, string> = {
  nearest: `
        fn resized(pixel: i32, c: i32) -> NUMBER {
          let row = pixel / uniforms.width1;
          let y = (row % uniforms.height1) * uniforms.height0 / uniforms.height1;
          let x = (pixel % uniforms.width1) * uniforms.width0 / uniforms.width1;
          return coarserAt(((row / uniforms.height1 * uniforms.height0 + y) * uniforms.width0 + x) * uniforms.channels + c);
        }`,
  bilinear: `
        fn coarserPixel(image: i32, y: i32, x: i32, c: i32) -> NUMBER {
          return coarserAt(((image * uniforms.height0 + y) * uniforms.width0 + x) * uniforms.channels + c);
        }
        fn resized(pixel: i32, c: i32) -> NUMBER {
          let row = pixel / uniforms.width1;
          let image = row / uniforms.height1;
          let size = vec2<f32>(f32(uniforms.height0), f32(uniforms.width0));
          let ratio = size / vec2<f32>(f32(uniforms.height1), f32(uniforms.width1));
          let cell = vec2<f32>(f32(row % uniforms.height1), f32(pixel % uniforms.width1));
          let place = max(vec2<f32>(0.0), (cell + 0.5) * ratio - 0.5);
          let low = vec2<i32>(place);
          let high = min(low + 1, vec2<i32>(size) - 1);
          let part = place - vec2<f32>(low);
          let top = mix(coarserPixel(image, low.x, low.y, c), coarserPixel(image, low.x, high.y, c), part.y);
          let bottom = mix(coarserPixel(image, high.x, low.y, c), coarserPixel(image, high.x, high.y, c), part.y);
          return mix(top, bottom, part.x);
        }`,
};

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
    const ofParameters = columnSums(backend, {
      key: 'group_norm',
      inputs: { dy: inputs.dy, x: inputs.x, statistics: inputs.statistics },
      integers: sizesOf(x, groups),
      ...{ rows: x.size / gain.shape[0]!, channels: gain.shape[0]! },
      values: { along: 'dy[i] * normalized(i)', upstream: 'dy[i]' },
      code: `${GROUP}
        fn normalized(i: i32) -> f32 {
          let at = 2 * groupOf(i);
          return (x[i] - statistics[at]) * statistics[at + 1];
        }`,
    });
    return [dx, ...ofParameters.map((info) => tf.engine().makeTensorFromTensorInfo(info))];
  });

/** [B·groups, 2] of mean and 1/√(var + ε). */
function statisticsOf(backend: tf.KernelBackend, x: tf.Tensor4D, groups: number, epsilon: number): tf.Tensor {
  const { pixels, width } = sizesOf(x, groups);
  const isLarge = pixels! * width! > LARGE_GROUP;
  const info = isLarge
    ? statisticsInStages(backend, x, groups, epsilon)
    : statisticsAtOnce(backend, x, groups, epsilon);
  return tf.engine().makeTensorFromTensorInfo(info);
}

/** One workgroup a group. */
function statisticsAtOnce(backend: tf.KernelBackend, x: tf.Tensor4D, groups: number, epsilon: number): tf.TensorInfo {
  return runProgram(backend, {
    ...groupwise(x, groups),
    key: 'group_norm_statistics',
    inputs: { x: { tensor: x, anyStorage: true } },
    floats: { epsilon },
    code: `${GROUPWISE}
      fn main(index: i32) {
        let lane = index % ${WORKGROUP};
        let group = min(index / ${WORKGROUP}, uniforms.all - 1);
        let size = uniforms.pixels * uniforms.width;
        var sum = 0.0;
        for (var i = lane; i < size; i += ${WORKGROUP}) { sum += xAt(place(group, i)); }
        let mean = total(sum, lane) / f32(size);
        var squares = 0.0;
        for (var i = lane; i < size; i += ${WORKGROUP}) { let d = xAt(place(group, i)) - mean; squares += d * d; }
        let inverse = inverseSqrt(total(squares, lane) / f32(size) + uniforms.epsilon);
        if (lane == 0) { result[2 * group] = mean; result[2 * group + 1] = inverse; }
      }`,
  });
}

/**
 * A group is a few workgroups' work where all 32 of them would leave most of a processor idle: moments of chunks of pixels, channel
 * by channel, then those of a group joined as Chan et al. 1983, eq. 2.1, do.
 */
function statisticsInStages(backend: tf.KernelBackend, x: tf.Tensor4D, groups: number, epsilon: number): tf.TensorInfo {
  const { all, ...sizes } = sizesOf(x, groups);
  const { chunks, rowsEach } = chunksOf(sizes.pixels!);
  const integers = { ...sizes, chunks, rowsEach };
  const shape = [x.shape[0], chunks, x.shape[3]];
  const [sums, squares] = runShader(backend, {
    key: 'group_norm_chunks',
    inputs: { x: { tensor: x, anyStorage: true } },
    outputs: { sums: { shape }, squares: { shape } },
    invocations: sizeFromShape(shape),
    integers: { ...integers, count: sizeFromShape(shape) },
    code: `
      fn main(index: i32) {
        if (index >= uniforms.count) { return; }
        let chunk = (index / uniforms.channels) % uniforms.chunks;
        let image = index / uniforms.channels / uniforms.chunks;
        let first = chunk * uniforms.rowsEach;
        let end = min(first + uniforms.rowsEach, uniforms.pixels);
        let start = image * uniforms.pixels * uniforms.channels + index % uniforms.channels;
        var sum = 0.0;
        for (var row = first; row < end; row++) { sum += xAt(start + row * uniforms.channels); }
        let center = sum / f32(max(1, end - first));
        var square = 0.0;
        for (var row = first; row < end; row++) { let away = xAt(start + row * uniforms.channels) - center; square += away * away; }
        sums[index] = sum;
        squares[index] = square;
      }`,
  }) as [tf.TensorInfo, tf.TensorInfo];
  const statistics = joinChunks(backend, { sums, squares }, { ...integers, all: all! }, epsilon);
  for (const { dataId } of [sums, squares]) backend.disposeData(dataId as object);
  return statistics;
}

/** @param parts [B, chunks, C] each */
function joinChunks(
  backend: tf.KernelBackend,
  { sums, squares }: Record<'sums' | 'squares', tf.TensorInfo>,
  integers: Record<string, number> & { all: number },
  epsilon: number,
): tf.TensorInfo {
  return runProgram(backend, {
    key: 'group_norm_join',
    inputs: { sums: { tensor: sums }, squares: { tensor: squares } },
    outputShape: [integers.all, 2],
    invocations: integers.all * WORKGROUP,
    integers,
    floats: { epsilon },
    code: `${sum('total', 'f32')}
      fn main(index: i32) {
        let lane = index % ${WORKGROUP};
        let group = min(index / ${WORKGROUP}, uniforms.all - 1);
        let start = (group / uniforms.groups) * uniforms.chunks * uniforms.channels + (group % uniforms.groups) * uniforms.width;
        let parts = uniforms.chunks * uniforms.width;
        var sum = 0.0;
        for (var i = lane; i < parts; i += ${WORKGROUP}) {
          sum += sums[start + (i / uniforms.width) * uniforms.channels + i % uniforms.width];
        }
        let size = f32(uniforms.pixels * uniforms.width);
        let center = total(sum, lane) / size;
        var square = 0.0;
        for (var i = lane; i < parts; i += ${WORKGROUP}) {
          let at = start + (i / uniforms.width) * uniforms.channels + i % uniforms.width;
          let count = f32(min(uniforms.rowsEach, uniforms.pixels - (i / uniforms.width) * uniforms.rowsEach));
          if (count > 0.0) { let away = sums[at] / count - center; square += squares[at] + count * away * away; }
        }
        let inverse = inverseSqrt(total(square, lane) / size + uniforms.epsilon);
        if (lane == 0) { result[2 * group] = center; result[2 * group + 1] = inverse; }
      }`,
  });
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
