import * as tf from '@tensorflow/tfjs-core';

import type { Size } from '../../outputs.ts';
import type { KernelBody } from '../define-kernel.ts';
import { type Program, runProgram, runShader, type Shader } from '../webgpu/run-program.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';
import { aroundPlace, levelIntegers, placeCode } from './webgpu-place.ts';

/** Position of sample k on level l. */
const sampleCode = (levels: Size[]) => `${placeCode(levels)}
  fn sampleOf(k: i32, l: i32) -> Place {
    let level = levelOf(l);
    return placeOf(locations[k] * vec2<f32>(level.yx) - 0.5, level);
  }`;

/** One invocation takes four channels, or one where their number is odd, of one query and head. */
export const deformableSamplingWebgpu: KernelBody<Inputs, Attrs> = (inputs, { levels }, backend) => {
  const { value, locations, weights } = inputs;
  const components = value.shape[3] % 4 === 0 ? 4 : 1;
  const sizes = sizesOf(inputs, components);
  const outputShape = [value.shape[0], locations.shape[1]!, value.shape[2] * value.shape[3]];
  const element = components === 4 ? 'vec4<f32>' : 'f32';
  return runProgram(backend, {
    key: `deformable_${components}_${levels.length}`,
    inputs: {
      value: { tensor: value, components },
      locations: { tensor: locations, components: 2 },
      weights: { tensor: weights },
    },
    outputShape,
    outputComponents: components,
    invocations: sizes.B * sizes.Q * sizes.M * sizes.D,
    integers: { ...sizes, ...levelIntegers(levels) },
    code: `${sampleCode(levels)}
        fn main(index: i32) {
          let D = uniforms.D; let M = uniforms.M;
          if (index >= uniforms.B * uniforms.Q * M * D) { return; }
          let head = index / D; // of [B, Q, M]
          let row = M * D;
          let map = (head / M / uniforms.Q) * uniforms.S * row + (head % M) * D + index % D;
          var sum = ${element}(0.0);
          var k = head * uniforms.L * uniforms.P;
          for (var l = 0; l < uniforms.L; l++) {
            for (var p = 0; p < uniforms.P; p++) {
              let s = sampleOf(k, l);
              ${aroundPlace('weights[k]', 'sum += weights[k] * share.x * share.y * value[at];', 'sum += nan;')}
              k++;
            }
          }
          result[index] = sum;
        }`,
  });
};

export const deformableSamplingGradientWebgpu: KernelBody<GradientInputs, Attrs> = (inputs, { levels }, backend) => {
  const [dLocations, dWeights] = runShader(backend, sampleGradients(inputs, levels)) as [tf.TensorInfo, tf.TensorInfo];
  const zeros = tf.fill([inputs.value.size], 0);
  const dValue = tf.reshape(zeros, inputs.value.shape);
  runProgram(backend, valueGradient(inputs, levels, zeros));
  zeros.dispose();
  return [dValue, dLocations, dWeights];
};

/** Locations' and weights' gradients, one invocation a sample. */
function sampleGradients(inputs: GradientInputs, levels: Size[]): Shader {
  const { dy, value, locations, weights } = inputs;
  const components = value.shape[3] % 4 === 0 ? 4 : 1;
  const product = components === 4 ? 'dot(g, value[at + c])' : 'g * value[at + c]';
  const samples = weights.size;
  return {
    key: `deformable_samples_${components}_${levels.length}`,
    inputs: {
      dy: { tensor: dy, components },
      value: { tensor: value, components },
      locations: { tensor: locations, components: 2 },
      weights: { tensor: weights },
    },
    outputs: { dLocations: { shape: locations.shape }, dWeights: { shape: weights.shape } },
    invocations: samples,
    integers: { ...sizesOf(inputs, components), ...levelIntegers(levels), samples },
    code: `${sampleCode(levels)}
      fn main(k: i32) {
        if (k >= uniforms.samples) { return; }
        let D = uniforms.D; let M = uniforms.M;
        let l = (k / uniforms.P) % uniforms.L;
        let head = k / (uniforms.P * uniforms.L);
        let row = M * D;
        let map = (head / M / uniforms.Q) * uniforms.S * row + (head % M) * D;
        let s = sampleOf(k, l);
        var gradient = vec3<f32>(0.0); // x, y, weight
        ${aroundPlace(
          'weights[k]',
          `
          var along = 0.0;
          for (var c = 0; c < D; c++) { let g = dy[head * D + c]; along += ${product}; }
          let sign = select(vec2<f32>(-1.0), vec2<f32>(1.0), isHigh);
          gradient += along * vec3<f32>(sign.x * share.y, sign.y * share.x, share.x * share.y);`,
          'gradient += nan;',
        )}
        let slope = weights[k] * gradient.xy * vec2<f32>(s.size);
        dLocations[2 * k] = slope.x;
        dLocations[2 * k + 1] = slope.y;
        dWeights[k] = gradient.z;
      }`,
  };
}

/** Scatters into the value's gradient, one invocation a channel of a query and head, by atomic addition. */
function valueGradient(inputs: GradientInputs, levels: Size[], into: tf.Tensor): Program {
  const { dy, locations, weights } = inputs;
  const sizes = sizesOf(inputs, 1);
  return {
    key: `deformable_value_${levels.length}`,
    inputs: {
      dy: { tensor: dy },
      locations: { tensor: locations, components: 2 },
      weights: { tensor: weights },
    },
    outputShape: [into.size],
    invocations: sizes.B * sizes.Q * sizes.M * sizes.D,
    integers: { ...sizes, ...levelIntegers(levels) },
    accumulateInto: into,
    code: `${sampleCode(levels)}
      // WGSL has no atomic addition of floats: exchange the bits until nobody came between
      fn add(at: i32, value: f32) {
        var old = atomicLoad(&result[at]);
        loop {
          let outcome = atomicCompareExchangeWeak(&result[at], old, bitcast<i32>(bitcast<f32>(old) + value));
          if (outcome.exchanged) { break; }
          old = outcome.old_value;
        }
      }
      fn main(index: i32) {
        let D = uniforms.D; let M = uniforms.M;
        if (index >= uniforms.B * uniforms.Q * M * D) { return; }
        let head = index / D;
        let row = M * D;
        let map = (head / M / uniforms.Q) * uniforms.S * row + (head % M) * D + index % D;
        var k = head * uniforms.L * uniforms.P;
        for (var l = 0; l < uniforms.L; l++) {
          for (var p = 0; p < uniforms.P; p++) {
            let s = sampleOf(k, l);
            ${aroundPlace(
              'weights[k]',
              'add(at, weights[k] * share.x * share.y * dy[index]);',
              'add(map + s.start * row, nan);',
            )}
            k++;
          }
        }
      }`,
  };
}

/** Sizes as the shaders name them; D counts elements of an array, four channels each or one. */
function sizesOf(
  { value, locations }: Inputs,
  components: number,
): Record<'B' | 'S' | 'Q' | 'M' | 'D' | 'L' | 'P', number> {
  const [B, S, M, channels] = value.shape;
  const [, Q, , L, P] = locations.shape;
  return { B, S, Q: Q!, M, D: channels / components, L: L!, P: P! };
}
