import type * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { runProgram } from '../webgpu/run-program.ts';
import type { OffsetAttrs, OffsetInputs, PartAttrs, PartInputs } from './types.ts';
import { aroundPlace, levelIntegers, placeCode } from './webgpu-place.ts';

export const offsetSamplingWebgpu: KernelBody<OffsetInputs, OffsetAttrs> = (inputs, { levels }, backend) => {
  const { value, offsets, logits, reference } = inputs;
  const [, , numHeads, channels] = value.shape;
  const dim = numHeads * channels;
  const whole = (tensor: tf.Tensor, row = tensor.shape[2]!) => ({ tensor, row, first: 0 });
  const operands = { value: whole(value, dim), offsets: whole(offsets), logits: whole(logits) };
  const numPoints = logits.shape[2]! / (numHeads * levels.length);
  return sampled(backend, operands, reference, { levels, numHeads, dim, numPoints });
};

/** {@link offsetSamplingWebgpu} of operands that stand side by side in wider tokens, whole vectors of each. */
export const offsetSamplingOfPartsWebgpu: KernelBody<PartInputs, PartAttrs> = (inputs, attrs, backend) => {
  const { value, samples, reference } = inputs;
  const { dim, numHeads, first } = attrs;
  const part = (tensor: tf.Tensor3D, from: number) => ({ tensor, row: tensor.shape[2], first: from });
  const vectors = (dim / numHeads) % 4 === 0 ? 4 : 1;
  if ([value.shape[2], first.value].some((channels) => channels % vectors !== 0)) return null;
  if ([samples.shape[2], first.offsets].some((channels) => channels % 2 !== 0)) return null;
  const operands = {
    value: part(value, first.value),
    offsets: part(samples, first.offsets),
    logits: part(samples, first.logits),
  };
  return sampled(backend, operands, reference, attrs);
};

/** Tokens of `row` channels, of which those from `first` on take part. */
type Operand = { tensor: tf.Tensor; row: number; first: number };

/**
 * One invocation takes four channels, or one where their number is odd, of one query and head. It goes through the head's logits
 * twice, for their sum and for the samples, which costs less than a way to memory.
 */
function sampled(
  backend: tf.KernelBackend,
  { value, offsets, logits }: Record<'value' | 'offsets' | 'logits', Operand>,
  reference: tf.Tensor4D,
  { levels, numHeads: M, dim, numPoints: P }: Omit<PartAttrs, 'first'>,
): tf.TensorInfo {
  const [B, S] = value.tensor.shape as [number, number];
  const channels = dim / M;
  const components = channels % 4 === 0 ? 4 : 1;
  const [Q, D, L] = [logits.tensor.shape[1]!, channels / components, levels.length];
  const [refBatches, , refLevels, coordinates] = reference.shape as [number, number, number, number];
  const isBox = coordinates === 4;
  const refLevel = refLevels === 1 ? 0 : coordinates;
  const element = components === 4 ? 'vec4<f32>' : 'f32';
  const places = Object.entries({ value: components, offsets: 2, logits: 1 }).flatMap(([name, size]) => {
    const { row, first } = { value, offsets, logits }[name as 'value'];
    return [[`${name}Row`, row / size], [`${name}First`, first / size]]; // biome-ignore format: a pair
  });
  return runProgram(backend, {
    key: `offset_sampling_${components}_${L}_${isBox}`,
    inputs: {
      value: { tensor: value.tensor, components, anyStorage: true },
      offsets: { tensor: offsets.tensor, components: 2, anyStorage: true },
      logits: { tensor: logits.tensor, anyStorage: true },
      reference: { tensor: reference },
    },
    outputShape: [B, Q, dim],
    outputComponents: components === 4 ? 'any' : 1,
    invocations: B * Q * M * D,
    integers: {
      ...{ B, S, Q, M, D, L, P },
      ...{ refLevel, refQuery: refLevels * coordinates, refBatch: refBatches === 1 ? 0 : Q * refLevels * coordinates },
      ...levelIntegers(levels),
      ...Object.fromEntries(places),
    },
    code: `${placeCode(levels)}
      fn main(index: i32) {
        let D = uniforms.D; let M = uniforms.M;
        if (index >= uniforms.B * uniforms.Q * M * D) { return; }
        let head = index / D; // of [B, Q, M]
        let b = head / M / uniforms.Q;
        let row = uniforms.valueRow;
        let map = b * uniforms.S * row + uniforms.valueFirst + (head % M) * D + index % D;
        let samples = uniforms.L * uniforms.P;
        let first = (head / M) * uniforms.logitsRow + uniforms.logitsFirst + (head % M) * samples;
        let end = first + samples;
        var most = logitsAt(first);
        for (var k = first + 1; k < end; k++) { most = max(most, logitsAt(k)); }
        var weights = 0.0;
        var sum = ${element}(0.0);
        var k = first;
        var o = (head / M) * uniforms.offsetsRow + uniforms.offsetsFirst + (head % M) * samples;
        for (var l = 0; l < uniforms.L; l++) {
          let level = levelOf(l);
          let size = vec2<f32>(level.yx);
          let r = b * uniforms.refBatch + ((head / M) % uniforms.Q) * uniforms.refQuery + l * uniforms.refLevel;
          let center = vec2<f32>(reference[r], reference[r + 1]) * size - 0.5;
          let unit = ${isBox ? 'vec2<f32>(reference[r + 2], reference[r + 3]) * size * (0.5 / f32(uniforms.P))' : 'vec2<f32>(1.0)'};
          for (var p = 0; p < uniforms.P; p++) {
            let weight = exp(logitsAt(k) - most);
            weights += weight;
            let s = placeOf(center + unit * offsetsAt(o), level);
            ${aroundPlace('weight', 'sum += weight * share.x * share.y * valueAt(at);', 'sum += nan;')}
            k++;
            o++;
          }
        }
        ${components === 4 ? 'resultPut(index, sum / weights);' : 'result[index] = sum / weights;'}
      }`,
  });
}
