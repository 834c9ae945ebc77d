import type * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { sum } from '../webgpu/reduction.ts';
import { runShader, WORKGROUP } from '../webgpu/run-program.ts';
import { MOST_ROWS } from './linear-norm.ts';
import type { Attrs, Inputs } from './types.ts';

/** Rows of a workgroup, 2: more would leave most of a processor idle at a hundred queries. */
const FEW_ROWS = 2;
/** Rows of a workgroup where there are enough of them: 16 vectors of four sums are a lane's registers, as in products in tiles. */
const MANY_ROWS = 16;
/** Vectors of four terms of a step: those of 16 rows are 8 KiB of the 16 that every adapter gives a workgroup. */
const STEP = 32;

/**
 * One workgroup has whole rows, so that their statistics are its own: each lane keeps a few columns of them, four at a time, and the
 * rows of the left matrix stand in the workgroup's memory, some terms at a time.
 */
export const linearNormWebgpu: KernelBody<Inputs, Attrs> = (inputs, { epsilon, nextEpsilon = epsilon }, backend) => {
  const { x, weight, residual, vectors, nextVectors } = inputs;
  const [rows, terms, columns] = [x.shape[0]!, x.shape[1]!, weight.shape[1]!];
  if (terms % 4 !== 0 || columns % 4 !== 0) return null;
  const each = Math.ceil(columns / 4 / WORKGROUP);
  const together = rows > MOST_ROWS ? MANY_ROWS : FEW_ROWS;
  const hasNext = nextVectors !== undefined;
  const read = (tensor: tf.Tensor) => ({ tensor, components: 4 as const, anyStorage: true as const });
  const output = { shape: residual.shape, anyStorage: true as const };
  return runShader(backend, {
    key: `linear_norm_${together}_${each}_${hasNext}`,
    inputs: {
      ...{ x: read(x), weight: read(weight), residual: read(residual) },
      ...{
        vectors: { tensor: vectors, components: 4 },
        ...(hasNext && { nextVectors: { tensor: nextVectors, components: 4 } }),
      },
    },
    outputs: { normed: output, ...(hasNext && { next: output }) },
    invocations: Math.ceil(rows / together) * WORKGROUP,
    integers: { rows, terms: terms / 4, columns: columns / 4 },
    floats: { epsilon, ...(hasNext && { nextEpsilon }) },
    code: shader(together, each, hasNext),
  });
};

/**
 * @param together Rows of a workgroup
 * @param each Vectors of four columns of a lane; those beyond the last count for nothing and are not written
 */
function shader(together: number, each: number, hasNext: boolean): string {
  const vectors = Array.from({ length: each }, (_, v) => v);
  const [sums, fours] = [together * each, Math.ceil(together / 4)];
  const column = (v: number | string) => `(lane + ${v} * ${WORKGROUP})`;
  const inBounds = (v: number | string) => `min(${column(v)}, uniforms.columns - 1)`;
  /** Every sum s[i] of a row r and a column c, of which those beyond the last count for nothing. */
  const overSums = (body: string) => `
      for (var i = 0; i < ${sums}; i++) {
        let r = i / ${each};
        let c = ${column(`(i % ${each})`)};
        if (c < uniforms.columns) { ${body} }
      }`;
  /** Means over the columns of each row, of four rows a vector. */
  const means = (name: string, term: string) => `
      var ${name}: array<vec4<f32>, ${fours}>;
      ${overSums(`${name}[r / 4][r % 4] += dot(s[i], ${term});`)}
      for (var q = 0; q < ${fours}; q++) { ${name}[q] = total(${name}[q], lane) / width; }`;
  const normalize = (from: string, gain: number, epsilon: string) => `
      ${means('mean', 'vec4<f32>(1.0)')}
      ${overSums('s[i] -= mean[r / 4][r % 4];')}
      ${means('square', 's[i]')}
      for (var q = 0; q < ${fours}; q++) { square[q] = inverseSqrt(square[q] + uniforms.${epsilon}); }
      ${overSums(`s[i] = s[i] * square[r / 4][r % 4] * ${from}[${gain} * uniforms.columns + c] + ${from}[${gain + 1} * uniforms.columns + c];`)}`;
  const write = (name: string) =>
    overSums(`if (top + r < uniforms.rows) { ${name}Put((top + r) * uniforms.columns + c, s[i]); }`);
  return `${sum('total', 'vec4<f32>')}
    var<workgroup> left: array<vec4<f32>, ${together * STEP}>;
    fn main(index: i32) {
      let lane = index % ${WORKGROUP};
      let top = (index / ${WORKGROUP}) * ${together}; // groups beyond the end have no row to write
      let width = 4.0 * f32(uniforms.columns);
      var s: array<vec4<f32>, ${sums}>;
      for (var step = 0; step < uniforms.terms; step += ${STEP}) {
        for (var i = lane; i < ${together * STEP}; i += ${WORKGROUP}) {
          let row = min(top + i / ${STEP}, uniforms.rows - 1);
          left[i] = xAt(row * uniforms.terms + min(step + i % ${STEP}, uniforms.terms - 1));
        }
        workgroupBarrier();
        for (var k = 0; k < min(${STEP}, uniforms.terms - step); k++) {
          let row = 4 * (step + k) * uniforms.columns;
          ${[0, 1, 2, 3].flatMap((t) => vectors.map((v) => `let b${t}_${v} = weightAt(row + ${t} * uniforms.columns + ${inBounds(v)});`)).join('\n          ')}
          for (var r = 0; r < ${together}; r++) {
            let a = left[r * ${STEP} + k];
            ${[0, 1, 2, 3].flatMap((t) => vectors.map((v) => `s[r * ${each} + ${v}] += a[${t}] * b${t}_${v};`)).join(' ')}
          }
        }
        workgroupBarrier();
      }
      ${overSums('s[i] += vectors[c] + residualAt(min(top + r, uniforms.rows - 1) * uniforms.columns + c);')}
      {${normalize('vectors', 1, 'epsilon')}
      }
      ${write('normed')}
      ${hasNext ? `{${normalize('nextVectors', 0, 'nextEpsilon')}\n      }\n      ${write('next')}` : ''}
    }`;
}
