import type * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { sum } from '../webgpu/reduction.ts';
import { runShader, WORKGROUP } from '../webgpu/run-program.ts';
import type { Attrs, Inputs } from './types.ts';

/** Lanes go through a row. */
const LANES = `for (var c = lane; c < width; c += ${WORKGROUP})`;

/** One workgroup a row, as in layer norm; groups beyond the last row work on it and write nothing. */
export const sumNormWebgpu: KernelBody<Inputs, Attrs> = (inputs, { epsilon, nextEpsilon = 0 }, backend) => {
  const { x, branch, gain, bias, nextGain, nextBias } = inputs;
  const { shape } = x;
  const [width, rows] = [gain.size, x.size / gain.size];
  const hasNext = nextGain !== undefined && nextBias !== undefined;
  return runShader(backend, {
    key: `sum_norm_${hasNext}`,
    inputs: {
      ...{ x: { tensor: x }, y: { tensor: branch }, gain: { tensor: gain }, bias: { tensor: bias } },
      ...(hasNext && { nextGain: { tensor: nextGain }, nextBias: { tensor: nextBias } }),
    },
    outputs: {
      normed: { shape },
      ...(hasNext && { next: { shape } }),
    },
    invocations: rows * WORKGROUP,
    integers: { rows, width },
    floats: { epsilon, ...(hasNext && { nextEpsilon }) },
    code: `${sum('total', 'f32')}
      fn main(index: i32) {
        let lane = index % ${WORKGROUP};
        let row = index / ${WORKGROUP};
        let width = uniforms.width;
        let start = min(row, uniforms.rows - 1) * width;
        var sum = 0.0;
        ${LANES} { sum += x[start + c] + y[start + c]; }
        let mean = total(sum, lane) / f32(width);
        var squares = 0.0;
        ${LANES} { let d = x[start + c] + y[start + c] - mean; squares += d * d; }
        let inverse = inverseSqrt(total(squares, lane) / f32(width) + uniforms.epsilon);
        ${hasNext ? NEXT_STATISTICS : ''}
        if (row >= uniforms.rows) { return; }
        ${LANES} {
          let value = ${VALUE};
          normed[start + c] = value;
          ${hasNext ? 'next[start + c] = (value - nextMean) * nextInverse * nextGain[c] + nextBias[c];' : ''}
        }
      }`,
  }) as tf.TensorInfo[];
};

/** The first result at c. */
const VALUE = '(x[start + c] + y[start + c] - mean) * inverse * gain[c] + bias[c]';

/** The first result is computed thrice, which costs less than a way to memory. */
const NEXT_STATISTICS = `
        var nextSum = 0.0;
        ${LANES} { nextSum += ${VALUE}; }
        let nextMean = total(nextSum, lane) / f32(width);
        var nextSquares = 0.0;
        ${LANES} { let d = ${VALUE} - nextMean; nextSquares += d * d; }
        let nextInverse = inverseSqrt(total(nextSquares, lane) / f32(width) + uniforms.nextEpsilon);`;
