import type * as tf from '@tensorflow/tfjs-core';

import type { FusedActivation } from '../fused-linear/types.ts';
import { DISTRIBUTION } from '../gelu/webgpu.ts';
import { runProgram, type Shader, WORKGROUP } from './run-program.ts';

/** Lanes of a workgroup along the rows and along the columns of its tile: 8 × 8 = 64. */
const SIDE = 8;
/** Terms of a step: two tiles of 64 × 16 numbers are 8 KiB of the 16 that every adapter gives a workgroup. */
const STEP = 16;
/** Workgroups below which tiles are of 32 × 32 instead of 64 × 64, so that large processors have enough of them. */
const FEW_GROUPS = 256;

/** Left operand that is nowhere: a function says what its elements are, four terms at a time. */
export type LeftOperand = {
  /** Distinct for each code. */
  key: string;
  inputs: Shader['inputs'];
  integers: Record<string, number>;
  /** Number of terms: rows of its weight. */
  terms: number;
  /** WGSL of `fn nameLeft(row: i32, k: i32, isPositioned: bool) -> vec4<f32>`, called for rows and terms that exist. */
  code: string;
  name: string;
  /** [terms, columns] */
  weight: tf.TensorInfo;
};

/** Sum of products of rows with a matrix each, and what happens on its way out. */
export type ProductTiles = {
  rows: number;
  /** A multiple of four */
  columns: number;
  operands: readonly LeftOperand[];
  bias?: tf.TensorInfo;
  /** [rows, columns], added before the function */
  residual?: tf.TensorInfo;
  /** Columns, a multiple of four, whose left operands are positioned ones. Default: 0 */
  positioned?: number;
  activation: FusedActivation;
  outputShape: number[];
};

/**
 * Product in tiles: a workgroup brings a step of both operands into its memory, and each lane keeps a square of the result, 8 × 8 or
 * 4 × 4, in registers. Bias, residual and function are applied on the way out.
 */
export function productInTiles(backend: tf.KernelBackend, product: ProductTiles): tf.TensorInfo {
  const { rows, columns, operands, bias, residual, positioned = 0, activation, outputShape } = product;
  const across = (tile: number) => [positioned, columns - positioned].map((part) => Math.ceil(part / tile));
  const groupsOf = (tile: number) => Math.ceil(rows / tile) * across(tile).reduce((sum, tiles) => sum + tiles);
  const each = groupsOf(8 * SIDE) < FEW_GROUPS ? 4 : 8;
  const tile = each * SIDE;
  const [tilesPositioned, tilesPlain] = across(tile) as [number, number];
  const read = (tensor: tf.TensorInfo) => ({ tensor, components: 4 as const, anyStorage: true as const });
  const has = { bias: bias !== undefined, residual: residual !== undefined };
  return runProgram(backend, {
    key: `tiles_${each}_${operands.map(({ key }) => key).join('_')}_${activation}_${has.bias}_${has.residual}`,
    inputs: {
      ...Object.assign({}, ...operands.map(({ inputs }) => inputs)),
      ...Object.fromEntries(operands.map(({ name, weight }) => [`${name}Weight`, read(weight)])),
      ...(bias && { bias: { tensor: bias, components: 4 } }),
      ...(residual && { residual: read(residual) }),
    },
    outputShape,
    outputComponents: 'any',
    invocations: groupsOf(tile) * WORKGROUP,
    integers: {
      ...{ rows, columns: columns / 4 },
      ...{ positioned: positioned / 4, tilesPositioned, tilesAcross: tilesPositioned + tilesPlain },
      ...Object.fromEntries(operands.map(({ name, terms }) => [`${name}Terms`, terms])),
      ...Object.assign({}, ...operands.map(({ integers }) => integers)),
    },
    code: shader(each, operands, activation, has),
  });
}

/** @param each Rows and columns of a lane */
function shader(
  each: number,
  operands: readonly LeftOperand[],
  activation: FusedActivation,
  has: { bias: boolean; residual: boolean },
): string {
  const tile = each * SIDE;
  const [vectors, across, deep] = [each / 4, tile / 4, STEP / 4];
  const rows = Array.from({ length: each }, (_, r) => r);
  const parts = Array.from({ length: vectors }, (_, v) => v);
  const all = rows.flatMap((r) => parts.map((v) => [r, v] as const));
  const added = `${has.bias ? ' + bias[column]' : ''}${has.residual ? ' + residualAt(at)' : ''}`;
  return `${activationCode(activation)}
    ${operands.map(({ code }) => code).join('\n')}
    var<workgroup> left: array<vec4<f32>, ${tile * deep}>;
    var<workgroup> right: array<vec4<f32>, ${STEP * across}>;
    fn leave(row: i32, column: i32, end: i32, sum: vec4<f32>) {
      if (row >= uniforms.rows || column >= end) { return; }
      let at = row * uniforms.columns + column;
      resultPut(at, activated(sum${added}));
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
      ${operands.map(({ name }) => steps(name)).join('\n')}
      let row = top + ly * ${each};
      let column = start + lx * ${vectors};
      ${all.map(([r, v]) => `leave(row + ${r}, column + ${v}, end, s${r}_${v});`).join(' ')}
    }`;

  function steps(name: string): string {
    return `for (var step = 0; 4 * step < uniforms.${name}Terms; step += ${deep}) {
        for (var i = lane; i < ${tile * deep}; i += ${WORKGROUP}) {
          let row = top + i / ${deep};
          let k = step + i % ${deep};
          left[i] = vec4<f32>(0.0);
          if (row < uniforms.rows && 4 * k < uniforms.${name}Terms) { left[i] = ${name}Left(row, k, isPositioned); }
        }
        for (var i = lane; i < ${STEP * across}; i += ${WORKGROUP}) {
          let k = 4 * step + i / ${across};
          let column = start + i % ${across};
          right[i] = vec4<f32>(0.0);
          if (k < uniforms.${name}Terms && column < end) { right[i] = ${name}WeightAt(k * uniforms.columns + column); }
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
      }`;
  }
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
