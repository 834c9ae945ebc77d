import type { KernelBody } from '../define-kernel.ts';
import { runProgram } from '../webgpu/run-program.ts';
import type { OffsetAttrs, OffsetInputs } from './types.ts';
import { aroundPlace, levelIntegers, placeCode } from './webgpu-place.ts';

/**
 * One invocation takes four channels, or one where their number is odd, of one query and head. It goes through the head's logits
 * twice, for their sum and for the samples, which costs less than a way to memory.
 */
export const offsetSamplingWebgpu: KernelBody<OffsetInputs, OffsetAttrs> = (inputs, { levels }, backend) => {
  const { value, offsets, logits, reference } = inputs;
  const [B, S, M, channels] = value.shape;
  const components = channels % 4 === 0 ? 4 : 1;
  const [Q, D, L] = [logits.shape[1]!, channels / components, levels.length];
  const P = logits.shape[2]! / (M * L);
  const [refBatches, , refLevels, coordinates] = reference.shape as [number, number, number, number];
  const isBox = coordinates === 4;
  const refLevel = refLevels === 1 ? 0 : coordinates;
  const element = components === 4 ? 'vec4<f32>' : 'f32';
  return runProgram(backend, {
    key: `offset_sampling_${components}_${L}_${isBox}`,
    inputs: {
      value: { tensor: value, components },
      offsets: { tensor: offsets, components: 2 },
      logits: { tensor: logits },
      reference: { tensor: reference },
    },
    outputShape: [B, Q, M * channels],
    outputComponents: components,
    invocations: B * Q * M * D,
    integers: {
      ...{ B, S, Q, M, D, L, P },
      ...{ refLevel, refQuery: refLevels * coordinates, refBatch: refBatches === 1 ? 0 : Q * refLevels * coordinates },
      ...levelIntegers(levels),
    },
    code: `${placeCode(levels)}
      fn main(index: i32) {
        let D = uniforms.D; let M = uniforms.M;
        if (index >= uniforms.B * uniforms.Q * M * D) { return; }
        let head = index / D; // of [B, Q, M]
        let b = head / M / uniforms.Q;
        let row = M * D;
        let map = b * uniforms.S * row + (head % M) * D + index % D;
        let first = head * uniforms.L * uniforms.P;
        let end = first + uniforms.L * uniforms.P;
        var most = logits[first];
        for (var k = first + 1; k < end; k++) { most = max(most, logits[k]); }
        var weights = 0.0;
        var sum = ${element}(0.0);
        var k = first;
        for (var l = 0; l < uniforms.L; l++) {
          let level = levelOf(l);
          let size = vec2<f32>(level.yx);
          let r = b * uniforms.refBatch + ((head / M) % uniforms.Q) * uniforms.refQuery + l * uniforms.refLevel;
          let center = vec2<f32>(reference[r], reference[r + 1]) * size - 0.5;
          let unit = ${isBox ? 'vec2<f32>(reference[r + 2], reference[r + 3]) * size * (0.5 / f32(uniforms.P))' : 'vec2<f32>(1.0)'};
          for (var p = 0; p < uniforms.P; p++) {
            let weight = exp(logits[k] - most);
            weights += weight;
            let s = placeOf(center + unit * offsets[k], level);
            ${aroundPlace('sum += weight * share.x * share.y * value[at];')}
            k++;
          }
        }
        result[index] = sum / weights;
      }`,
  });
};
