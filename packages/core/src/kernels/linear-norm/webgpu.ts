import type { KernelBody } from '../define-kernel.ts';
import { sum } from '../webgpu/reduction.ts';
import { runShader, WORKGROUP } from '../webgpu/run-program.ts';
import type { Attrs, Inputs } from './types.ts';

/** Rows of a workgroup, 2: more would leave most of a processor idle at a hundred queries. */
const ROWS = 2;

/**
 * One workgroup has whole rows, so that their statistics are its own: each lane keeps a few columns of them, four at a time, and the
 * rows of the left matrix stand in the workgroup's memory, 256 terms at a time.
 */
export const linearNormWebgpu: KernelBody<Inputs, Attrs> = (inputs, { epsilon, nextEpsilon = epsilon }, backend) => {
  const { x, weight, residual, vectors, nextVectors } = inputs;
  const [rows, terms, columns] = [x.shape[0]!, x.shape[1]!, weight.shape[1]!];
  if (terms % 4 !== 0 || columns % 4 !== 0) return null;
  const each = Math.ceil(columns / 4 / WORKGROUP);
  const hasNext = nextVectors !== undefined;
  const four = Object.entries({ x, weight, residual, vectors, ...(nextVectors && { nextVectors }) });
  const output = { shape: residual.shape, components: 4 as const };
  return runShader(backend, {
    key: `linear_norm_${each}_${hasNext}`,
    inputs: Object.fromEntries(four.map(([name, tensor]) => [name, { tensor, components: 4 as const }])),
    outputs: { normed: output, ...(hasNext && { next: output }) },
    invocations: Math.ceil(rows / ROWS) * WORKGROUP,
    integers: { rows, terms: terms / 4, columns: columns / 4 },
    floats: { epsilon, ...(hasNext && { nextEpsilon }) },
    code: shader(each, hasNext),
  });
};

/** @param each Vectors of four columns of a lane; those beyond the last count for nothing and are not written */
function shader(each: number, hasNext: boolean): string {
  const vectors = Array.from({ length: each }, (_, v) => v);
  const rows = Array.from({ length: ROWS }, (_, r) => r);
  const all = rows.flatMap((r) => vectors.map((v) => ({ r, v, s: `s${r}_${v}` })));
  const column = (v: number) => `(lane + ${v * WORKGROUP})`;
  const at = (row: number, v: number) => `${row} * uniforms.columns + min(${column(v)}, uniforms.columns - 1)`;
  const inside = (v: number) => `${column(v)} < uniforms.columns`;
  const normalize = (from: string, gain: number, epsilon: string) => `
      var sums = vec4<f32>(0.0);
      ${all.map(({ r, v, s }) => `if (${inside(v)}) { sums[${r}] += dot(${s}, vec4<f32>(1.0)); }`).join(' ')}
      let mean = total(sums, lane) / width;
      var squares = vec4<f32>(0.0);
      ${all.map(({ r, v, s }) => `if (${inside(v)}) { let d = ${s} - mean[${r}]; squares[${r}] += dot(d, d); }`).join(' ')}
      let inverse = inverseSqrt(total(squares, lane) / width + uniforms.${epsilon});
      ${all.map(({ r, v, s }) => `${s} = (${s} - mean[${r}]) * inverse[${r}] * ${from}[${at(gain, v)}] + ${from}[${at(gain + 1, v)}];`).join(' ')}`;
  const write = (name: string) =>
    all
      .map(
        ({ r, v, s }) =>
          `if (top + ${r} < uniforms.rows && ${inside(v)}) { ${name}[(top + ${r}) * uniforms.columns + ${column(v)}] = ${s}; }`,
      )
      .join('\n      ');
  return `${sum('total', 'vec4<f32>')}
    var<workgroup> left: array<vec4<f32>, ${ROWS * WORKGROUP}>;
    fn main(index: i32) {
      let lane = index % ${WORKGROUP};
      let top = (index / ${WORKGROUP}) * ${ROWS}; // groups beyond the end have no row to write
      let width = 4.0 * f32(uniforms.columns);
      ${all.map(({ s }) => `var ${s} = vec4<f32>(0.0);`).join(' ')}
      for (var step = 0; step < uniforms.terms; step += ${WORKGROUP}) {
        for (var r = 0; r < ${ROWS}; r++) {
          let row = min(top + r, uniforms.rows - 1);
          left[r * ${WORKGROUP} + lane] = x[row * uniforms.terms + min(step + lane, uniforms.terms - 1)];
        }
        workgroupBarrier();
        for (var k = 0; k < min(${WORKGROUP}, uniforms.terms - step); k++) {
          ${rows.map((r) => `let a${r} = left[${r * WORKGROUP} + k];`).join(' ')}
          ${[0, 1, 2, 3]
            .map(
              (t) => `{
            let row = (4 * (step + k) + ${t}) * uniforms.columns;
            ${vectors.map((v) => `let b${v} = weight[row + min(${column(v)}, uniforms.columns - 1)];`).join(' ')}
            ${all.map(({ r, v, s }) => `${s} += a${r}[${t}] * b${v};`).join(' ')}
          }`,
            )
            .join('\n')}
        }
        workgroupBarrier();
      }
      ${all.map(({ r, v, s }) => `${s} += vectors[${at(0, v)}] + residual[min(top + ${r}, uniforms.rows - 1) * uniforms.columns + min(${column(v)}, uniforms.columns - 1)];`).join('\n      ')}
      {${normalize('vectors', 1, 'epsilon')}
      }
      ${write('normed')}
      ${hasNext ? `{${normalize('nextVectors', 0, 'nextEpsilon')}\n      }\n      ${write('next')}` : ''}
    }`;
}
