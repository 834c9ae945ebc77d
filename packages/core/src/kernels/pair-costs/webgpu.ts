import type { KernelBody } from '../define-kernel.ts';
import { FUNCTIONS } from '../mask-terms/webgpu.ts';
import { LOWEST, reduction, sum } from '../webgpu/reduction.ts';
import { runProgram, WORKGROUP } from '../webgpu/run-program.ts';
import type { PairCostInputs, PairCostWeights } from './types.ts';

/** One workgroup a query and target, whose lanes go through the points and then through the classes. */
export const pairCostsWebgpu: KernelBody<PairCostInputs, PairCostWeights> = (inputs, weights, backend) => {
  const { logits, targets, scores, labels } = inputs;
  const [queries, points] = logits.shape as [number, number];
  const count = targets.shape[0]!;
  if (queries * count * points === 0) return null;
  return runProgram(backend, {
    key: 'pair_costs',
    inputs: {
      ...{ logits: { tensor: logits }, targets: { tensor: targets } },
      ...{ scores: { tensor: scores }, labels: { tensor: labels } },
    },
    outputShape: [queries, count],
    invocations: queries * count * WORKGROUP,
    integers: { pairs: queries * count, targetCount: count, points, classes: scores.shape[1]! },
    floats: { maskWeight: weights.mask, diceWeight: weights.dice, classWeight: weights.class },
    code: `${FUNCTIONS}${sum('total', 'vec4<f32>')}${reduction('largest', 'f32', (a, b) => `max(${a}, ${b})`)}
      fn main(index: i32) {
        let lane = index % ${WORKGROUP};
        let pair = index / ${WORKGROUP};
        let item = min(pair, uniforms.pairs - 1);
        let query = item / uniforms.targetCount;
        let wanted = item % uniforms.targetCount;
        var sums = vec4<f32>(0.0); // of cross entropy, p·t, p and t
        for (var i = lane; i < uniforms.points; i += ${WORKGROUP}) {
          let x = logits[query * uniforms.points + i];
          let t = targets[wanted * uniforms.points + i];
          let p = probability(x);
          sums += vec4<f32>(softplus(-x) * t + softplus(x) * (1.0 - t), p * t, p, t);
        }
        let all = total(sums, lane);
        let start = query * uniforms.classes;
        var most = ${LOWEST};
        for (var k = lane; k < uniforms.classes; k += ${WORKGROUP}) { most = max(most, scores[start + k]); }
        let top = largest(most, lane);
        var exponentials = vec4<f32>(0.0);
        for (var k = lane; k < uniforms.classes; k += ${WORKGROUP}) { exponentials.x += exp(scores[start + k] - top); }
        let share = exp(scores[start + labels[wanted]] - top) / total(exponentials, lane).x;
        if (lane != 0 || pair >= uniforms.pairs) { return; }
        let dice = 1.0 - (2.0 * all.y + 1.0) / (all.z + all.w + 1.0);
        result[pair] = uniforms.maskWeight * all.x / f32(uniforms.points) + uniforms.diceWeight * dice - uniforms.classWeight * share;
      }`,
  });
};
