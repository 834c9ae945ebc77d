import type { KernelBody } from '../define-kernel.ts';
import { sum } from '../webgpu/reduction.ts';
import { runProgram, WORKGROUP } from '../webgpu/run-program.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';

/** Logarithm of the sum of a row's exponentials, and the weight of a row's label. */
const ROW = `
  fn logSum(row: i32) -> f32 {
    let start = row * uniforms.classes;
    var most = logits[start];
    for (var k = 1; k < uniforms.classes; k++) { most = max(most, logits[start + k]); }
    var sum = 0.0;
    for (var k = 0; k < uniforms.classes; k++) { sum += exp(logits[start + k] - most); }
    return most + log(sum);
  }
  fn weightOf(row: i32) -> f32 { return select(1.0, uniforms.noObjectWeight, labels[row] == uniforms.classes - 1); }`;

/** One workgroup in all, whose lanes take rows: there are as many as queries. */
export const classCrossEntropyWebgpu: KernelBody<Inputs, Attrs> = ({ logits, labels }, { noObjectWeight }, backend) => {
  const [rows, classes] = logits.shape as [number, number];
  if (rows === 0) return null;
  return runProgram(backend, {
    key: 'class_cross_entropy',
    inputs: { logits: { tensor: logits }, labels: { tensor: labels } },
    outputShape: [],
    invocations: WORKGROUP,
    integers: { rows, classes },
    floats: { noObjectWeight },
    code: `${ROW}${sum('total', 'vec4<f32>')}
      fn main(lane: i32) {
        var sums = vec4<f32>(0.0);
        for (var row = lane; row < uniforms.rows; row += ${WORKGROUP}) {
          let w = weightOf(row);
          sums += vec4<f32>(w * (logSum(row) - logits[row * uniforms.classes + labels[row]]), w, 0.0, 0.0);
        }
        let all = total(sums, lane);
        if (lane == 0) { result[0] = all.x / all.y; }
      }`,
  });
};

/** One workgroup in all again: w (softmax − one-hot) / Σ w. */
export const classCrossEntropyGradientWebgpu: KernelBody<GradientInputs, Attrs> = (inputs, attrs, backend) => {
  const { dy, logits, labels } = inputs;
  const [rows, classes] = logits.shape as [number, number];
  if (rows === 0) return null;
  return runProgram(backend, {
    key: 'class_cross_entropy_gradient',
    inputs: { dy: { tensor: dy }, logits: { tensor: logits }, labels: { tensor: labels } },
    outputShape: logits.shape,
    invocations: WORKGROUP,
    integers: { rows, classes },
    floats: { noObjectWeight: attrs.noObjectWeight },
    code: `${ROW}${sum('total', 'f32')}
      fn main(lane: i32) {
        var sum = 0.0;
        for (var row = lane; row < uniforms.rows; row += ${WORKGROUP}) { sum += weightOf(row); }
        let factor = dy[0] / total(sum, lane);
        for (var row = lane; row < uniforms.rows; row += ${WORKGROUP}) {
          let share = factor * weightOf(row);
          let normalizer = logSum(row);
          let start = row * uniforms.classes;
          for (var k = 0; k < uniforms.classes; k++) {
            result[start + k] = share * (exp(logits[start + k] - normalizer) - select(0.0, 1.0, k == labels[row]));
          }
        }
      }`,
  });
};
