import type * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { sum } from '../webgpu/reduction.ts';
import { runProgram, WORKGROUP } from '../webgpu/run-program.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';

/** Probability of a logit, and softplus without overflow, as tfjs has them. */
export const FUNCTIONS = `
  fn probability(x: f32) -> f32 { return 1.0 / (1.0 + exp(-x)); }
  fn softplus(x: f32) -> f32 { return max(x, 0.0) + log(1.0 + exp(-abs(x))); }`;

/** The three sums of a row of logits and targets that a Dice distance is made of: p·t, p and t. */
const DICE_SUMS = `
  fn diceSums(start: i32, lane: i32) -> vec4<f32> {
    var sums = vec4<f32>(0.0);
    for (var i = start + lane; i < start + uniforms.points; i += ${WORKGROUP}) {
      let p = probability(logits[i]);
      sums += vec4<f32>(p * targets[i], p, targets[i], 0.0);
    }
    return total(sums, lane);
  }`;

export const crossEntropyWebgpu: KernelBody<Inputs, Attrs> = (inputs, _, backend) =>
  rowProgram(backend, inputs, {
    key: 'mask_cross_entropy',
    code: `${FUNCTIONS}${sum('total', 'f32')}
      fn ofRow(start: i32, lane: i32) -> f32 {
        var sum = 0.0;
        for (var i = start + lane; i < start + uniforms.points; i += ${WORKGROUP}) {
          sum += softplus(logits[i]) - logits[i] * targets[i];
        }
        return total(sum, lane) / f32(uniforms.points);
      }`,
  });

export const diceWebgpu: KernelBody<Inputs, Attrs> = (inputs, _, backend) =>
  rowProgram(backend, inputs, {
    key: 'dice_distance',
    code: `${FUNCTIONS}${sum('total', 'vec4<f32>')}${DICE_SUMS}
      fn ofRow(start: i32, lane: i32) -> f32 {
        let sums = diceSums(start, lane);
        return 1.0 - (2.0 * sums.x + 1.0) / (sums.y + sums.z + 1.0);
      }`,
  });

/** One workgroup a mask. @param code WGSL of `ofRow`, which all lanes call */
function rowProgram(
  backend: tf.KernelBackend,
  { logits, targets }: Inputs,
  { key, code }: { key: string; code: string },
): tf.TensorInfo | null {
  const [rows, points] = logits.shape as [number, number];
  if (rows * points === 0) return null;
  return runProgram(backend, {
    key,
    inputs: { logits: { tensor: logits }, targets: { tensor: targets } },
    outputShape: [rows],
    invocations: rows * WORKGROUP,
    integers: { rows, points },
    code: `${code}
      fn main(index: i32) {
        let lane = index % ${WORKGROUP};
        let row = index / ${WORKGROUP};
        let value = ofRow(min(row, uniforms.rows - 1) * uniforms.points, lane);
        if (lane == 0 && row < uniforms.rows) { result[row] = value; }
      }`,
  });
}

/** Gradient in the logits, one workgroup a mask: of the cross entropy (p − t) / P, of Dice by the quotient rule. */
export function gradientWebgpu(
  term: 'cross-entropy' | 'dice',
  { dy, logits, targets }: GradientInputs,
  backend: tf.KernelBackend,
): tf.TensorInfo | null {
  const [rows, points] = logits.shape as [number, number];
  if (rows * points === 0) return null;
  const isDice = term === 'dice';
  return runProgram(backend, {
    key: `${term}_gradient`,
    inputs: { dy: { tensor: dy }, logits: { tensor: logits }, targets: { tensor: targets } },
    outputShape: logits.shape,
    invocations: rows * WORKGROUP,
    integers: { rows, points },
    code: `${FUNCTIONS}${isDice ? `${sum('total', 'vec4<f32>')}${DICE_SUMS}` : ''}
      fn main(index: i32) {
        let lane = index % ${WORKGROUP};
        let row = index / ${WORKGROUP};
        let start = min(row, uniforms.rows - 1) * uniforms.points;
        ${isDice ? 'let sums = diceSums(start, lane); let below = sums.y + sums.z + 1.0;' : ''}
        if (row >= uniforms.rows) { return; }
        for (var i = start + lane; i < start + uniforms.points; i += ${WORKGROUP}) {
          let p = probability(logits[i]);
          ${
            isDice
              ? 'result[i] = dy[row] * p * (1.0 - p) * ((2.0 * sums.x + 1.0) / below - 2.0 * targets[i]) / below;'
              : 'result[i] = dy[row] * (p - targets[i]) / f32(uniforms.points);'
          }
        }
      }`,
  });
}
