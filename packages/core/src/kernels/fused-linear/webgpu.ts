import type { KernelBody } from '../define-kernel.ts';
import { DISTRIBUTION } from '../gelu/webgpu.ts';
import { runProgram, WORKGROUP } from '../webgpu/run-program.ts';
import { isProductFused } from './fused-linear.ts';
import type { Attrs, FusedActivation, Inputs } from './types.ts';

/** Lanes of a workgroup along the rows and along the columns of its tile: 8 × 8 = 64. */
const SIDE = 8;
/** Terms of a step: two tiles of 64 × 16 numbers are 8 KiB of the 16 that every adapter gives a workgroup. */
const STEP = 16;
/** Workgroups below which tiles are of 32 × 32 instead of 64 × 64, so that large processors have enough of them. */
const FEW_GROUPS = 256;

/**
 * Product in tiles: a workgroup brings a step of both operands into its memory, and each lane keeps a square of the result, 8 × 8 or
 * 4 × 4, in registers. Bias, residual and function are applied on the way out.
 */
export const fusedLinearWebgpu: KernelBody<Inputs, Attrs> = (
  { x, weight, bias, residual },
  { activation },
  backend,
) => {
  if (!isProductFused(weight)) return null;
  const [rows, terms, columns] = [x.shape[0]!, x.shape[1]!, weight.shape[1]!];
  const groupsOf = (tile: number) => Math.ceil(rows / tile) * Math.ceil(columns / tile);
  const each = groupsOf(8 * SIDE) < FEW_GROUPS ? 4 : 8;
  const tile = each * SIDE;
  return runProgram(backend, {
    key: `fused_linear_${each}_${activation}_${residual !== undefined}`,
    inputs: {
      x: { tensor: x, components: 4 },
      weight: { tensor: weight, components: 4 },
      bias: { tensor: bias, components: 4 },
      ...(residual && { residual: { tensor: residual, components: 4 } }),
    },
    outputShape: [rows, columns],
    outputComponents: 4,
    invocations: groupsOf(tile) * WORKGROUP,
    integers: { rows, terms: terms / 4, columns: columns / 4 },
    code: shader(each, activation, residual !== undefined),
  });
};

/** @param each Rows and columns of a lane */
function shader(each: number, activation: FusedActivation, hasResidual: boolean): string {
  const tile = each * SIDE;
  const [vectors, across, deep] = [each / 4, tile / 4, STEP / 4];
  const rows = Array.from({ length: each }, (_, r) => r);
  const parts = Array.from({ length: vectors }, (_, v) => v);
  const all = rows.flatMap((r) => parts.map((v) => [r, v] as const));
  return `${activationCode(activation)}
    var<workgroup> left: array<vec4<f32>, ${tile * deep}>;
    var<workgroup> right: array<vec4<f32>, ${STEP * across}>;
    fn leave(row: i32, column: i32, sum: vec4<f32>) {
      if (row >= uniforms.rows || column >= uniforms.columns) { return; }
      let at = row * uniforms.columns + column;
      result[at] = activated(sum + bias[column]${hasResidual ? ' + residual[at]' : ''});
    }
    fn main(index: i32) {
      let lane = index % ${WORKGROUP};
      let group = index / ${WORKGROUP};
      let tilesAcross = (uniforms.columns + ${across - 1}) / ${across};
      let top = (group / tilesAcross) * ${tile}; // groups beyond the end have no row to write
      let start = (group % tilesAcross) * ${across};
      let lx = lane % ${SIDE};
      let ly = lane / ${SIDE};
      ${all.map(([r, v]) => `var s${r}_${v} = vec4<f32>(0.0);`).join(' ')}
      for (var step = 0; step < uniforms.terms; step += ${deep}) {
        for (var i = lane; i < ${tile * deep}; i += ${WORKGROUP}) {
          let row = top + i / ${deep};
          let k = step + i % ${deep};
          left[i] = vec4<f32>(0.0);
          if (row < uniforms.rows && k < uniforms.terms) { left[i] = x[row * uniforms.terms + k]; }
        }
        for (var i = lane; i < ${STEP * across}; i += ${WORKGROUP}) {
          let k = 4 * step + i / ${across};
          let column = start + i % ${across};
          right[i] = vec4<f32>(0.0);
          if (k < 4 * uniforms.terms && column < uniforms.columns) { right[i] = weight[k * uniforms.columns + column]; }
        }
        workgroupBarrier();
        for (var k = 0; k < ${deep}; k++) {
          ${rows.map((r) => `let a${r} = left[(ly * ${each} + ${r}) * ${deep} + k];`).join(' ')}
          ${[0, 1, 2, 3]
            .map(
              (t) => `{
            ${parts.map((v) => `let b${v} = right[(4 * k + ${t}) * ${across} + lx * ${vectors} + ${v}];`).join(' ')}
            ${all.map(([r, v]) => `s${r}_${v} += a${r}[${t}] * b${v};`).join(' ')}
          }`,
            )
            .join('\n')}
        }
        workgroupBarrier();
      }
      let row = top + ly * ${each};
      let column = start + lx * ${vectors};
      ${all.map(([r, v]) => `leave(row + ${r}, column + ${v}, s${r}_${v});`).join(' ')}
    }`;
}

/** WGSL of `activated`, which hands NaN on. */
function activationCode(activation: FusedActivation): string {
  if (activation === 'gelu') {
    return `${DISTRIBUTION}
    fn activatedOne(v: f32) -> f32 { return v * distribution(v, exp(-0.5 * v * v)); }
    fn activated(v: vec4<f32>) -> vec4<f32> {
      return vec4<f32>(activatedOne(v.x), activatedOne(v.y), activatedOne(v.z), activatedOne(v.w));
    }`;
  }
  const value = activation === 'relu' ? 'select(v, vec4<f32>(0.0), v < vec4<f32>(0.0))' : 'v';
  return `fn activated(v: vec4<f32>) -> vec4<f32> { return ${value}; }`;
}
