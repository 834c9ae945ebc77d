import type * as tf from '@tensorflow/tfjs-core';

import type { FusedActivation } from '../fused-linear/types.ts';
import { DISTRIBUTION } from '../gelu/webgpu.ts';
import { runProgram, WORKGROUP } from './run-program.ts';

/** Lanes of a workgroup along the rows and along the columns of its tile: 8 × 8 = 64. */
const SIDE = 8;
/** Terms of a step: two tiles of 64 × 16 numbers are 8 KiB of the 16 that every adapter gives a workgroup. */
const STEP = 16;
/** Workgroups below which tiles are of 32 × 32 instead of 64 × 64, so that large processors have enough of them. */
const FEW_GROUPS = 256;

/** Product of rows with one matrix, and what happens on its way in and out. */
type LinearTiles = {
  /** [M, in] */
  x: tf.Tensor;
  /** [in, out], both multiples of four */
  weight: tf.Tensor;
  bias: tf.Tensor;
  /** [M, out], added before the function */
  residual?: tf.Tensor;
  /** [N, in] or [M, in], added to the rows in turn, for the first `positioned` columns of the result */
  position?: tf.Tensor;
  /** A multiple of four. Default: 0 */
  positioned?: number;
  activation: FusedActivation;
};

/**
 * Product in tiles: a workgroup brings a step of both operands into its memory, and each lane keeps a square of the result, 8 × 8 or
 * 4 × 4, in registers. Position, bias, residual and function are applied on the way.
 *
 * @returns [M, out]
 */
export function linearInTiles(backend: tf.KernelBackend, product: LinearTiles): tf.TensorInfo {
  const { x, weight, bias, residual, position, positioned = 0, activation } = product;
  const [rows, terms, columns] = [x.shape[0]!, x.shape[1]!, weight.shape[1]!];
  const across = (tile: number) => [positioned, columns - positioned].map((part) => Math.ceil(part / tile));
  const groupsOf = (tile: number) => Math.ceil(rows / tile) * across(tile).reduce((sum, tiles) => sum + tiles);
  const each = groupsOf(8 * SIDE) < FEW_GROUPS ? 4 : 8;
  const tile = each * SIDE;
  const [tilesPositioned, tilesPlain] = across(tile) as [number, number];
  return runProgram(backend, {
    key: `linear_tiles_${each}_${activation}_${residual !== undefined}_${position !== undefined}`,
    inputs: {
      x: { tensor: x, components: 4 },
      weight: { tensor: weight, components: 4 },
      bias: { tensor: bias, components: 4 },
      ...(residual && { residual: { tensor: residual, components: 4 } }),
      ...(position && { position: { tensor: position, components: 4 } }),
    },
    outputShape: [rows, columns],
    outputComponents: 4,
    invocations: groupsOf(tile) * WORKGROUP,
    integers: {
      ...{ rows, terms: terms / 4, columns: columns / 4 },
      ...{ positioned: positioned / 4, tilesPositioned, tilesAcross: tilesPositioned + tilesPlain },
      ...(position && { positions: position.shape[0]! }),
    },
    code: shader(each, activation, { residual: residual !== undefined, position: position !== undefined }),
  });
}

/** @param each Rows and columns of a lane */
function shader(each: number, activation: FusedActivation, has: { residual: boolean; position: boolean }): string {
  const tile = each * SIDE;
  const [vectors, across, deep] = [each / 4, tile / 4, STEP / 4];
  const rows = Array.from({ length: each }, (_, r) => r);
  const parts = Array.from({ length: vectors }, (_, v) => v);
  const all = rows.flatMap((r) => parts.map((v) => [r, v] as const));
  const placed = 'if (isPositioned) { left[i] += position[(row % uniforms.positions) * uniforms.terms + k]; }';
  return `${activationCode(activation)}
    var<workgroup> left: array<vec4<f32>, ${tile * deep}>;
    var<workgroup> right: array<vec4<f32>, ${STEP * across}>;
    fn leave(row: i32, column: i32, end: i32, sum: vec4<f32>) {
      if (row >= uniforms.rows || column >= end) { return; }
      let at = row * uniforms.columns + column;
      result[at] = activated(sum + bias[column]${has.residual ? ' + residual[at]' : ''});
    }
    fn main(index: i32) {
      let lane = index % ${WORKGROUP};
      let group = index / ${WORKGROUP};
      let top = (group / uniforms.tilesAcross) * ${tile}; // groups beyond the end have no row to write
      let part = group % uniforms.tilesAcross;
      let isPositioned = part < uniforms.tilesPositioned;
      let start = part * ${across} + select(uniforms.positioned - uniforms.tilesPositioned * ${across}, 0, isPositioned);
      let end = select(uniforms.columns, uniforms.positioned, isPositioned);
      let lx = lane % ${SIDE};
      let ly = lane / ${SIDE};
      ${all.map(([r, v]) => `var s${r}_${v} = vec4<f32>(0.0);`).join(' ')}
      for (var step = 0; step < uniforms.terms; step += ${deep}) {
        for (var i = lane; i < ${tile * deep}; i += ${WORKGROUP}) {
          let row = top + i / ${deep};
          let k = step + i % ${deep};
          left[i] = vec4<f32>(0.0);
          if (row < uniforms.rows && k < uniforms.terms) {
            left[i] = x[row * uniforms.terms + k];
            ${has.position ? placed : ''}
          }
        }
        for (var i = lane; i < ${STEP * across}; i += ${WORKGROUP}) {
          let k = 4 * step + i / ${across};
          let column = start + i % ${across};
          right[i] = vec4<f32>(0.0);
          if (k < 4 * uniforms.terms && column < end) { right[i] = weight[k * uniforms.columns + column]; }
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
      ${all.map(([r, v]) => `leave(row + ${r}, column + ${v}, end, s${r}_${v});`).join(' ')}
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
