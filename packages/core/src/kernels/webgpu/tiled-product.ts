import type * as tf from '@tensorflow/tfjs-core';

import { addChunks } from './column-sums.ts';
import { runProgram, type Shader, WORKGROUP } from './run-program.ts';

/** Rows and columns of a workgroup's tile, of which each of 64 lanes keeps 4 × 4; terms of a step. */
const TILE = 32;
/** Workgroups that keep a large processor busy: products with fewer tiles split their terms. */
const ENOUGH_GROUPS = 256;
/** Terms of a chunk at least, so that a chunk does more work than its sum is worth. */
const LEAST_TERMS = 512;

/** Product of two matrices that are nowhere: functions say what their elements are. */
type TiledProduct = Pick<Shader, 'key' | 'inputs' | 'integers'> & {
  rows: number;
  columns: number;
  terms: number;
  /** WGSL of `fn leftAt(row: i32, k: i32) -> f32` and of `fn rightAt(k: i32, column: i32) -> f32`, called within bounds alone. */
  code: string;
  /** True where neighboring terms, not rows or columns, stand side by side in memory. */
  alongTerms: boolean;
  outputShape: number[];
};

/** Gradients of convolutions as products, without the matrices of pixels that their filters see. */
export function tiledProduct(backend: tf.KernelBackend, product: TiledProduct): tf.TensorInfo {
  const { rows, columns, terms, outputShape } = product;
  const tiles = Math.ceil(rows / TILE) * Math.ceil(columns / TILE);
  const chunks = Math.max(1, Math.min(Math.ceil(ENOUGH_GROUPS / tiles), Math.floor(terms / LEAST_TERMS)));
  const parts = runProgram(backend, {
    ...{ key: `tiled_${product.key}`, inputs: product.inputs },
    outputShape: chunks === 1 ? outputShape : [chunks, ...outputShape],
    invocations: chunks * tiles * WORKGROUP,
    integers: { ...product.integers, rows, columns, terms, chunks, termsEach: Math.ceil(terms / chunks) },
    code: `${product.code}${shader(product.alongTerms)}`,
  });
  if (chunks === 1) return parts;
  const [whole] = addChunks(backend, [parts], chunks, rows * columns) as [tf.TensorInfo];
  backend.disposeData(parts.dataId as object);
  return { ...whole, shape: outputShape };
}

/** Lanes load neighbors of memory, and keep four rows and four columns, eight apart so that their reads spread. */
function shader(alongTerms: boolean): string {
  const place = alongTerms ? ['i / 32', 'i % 32'] : ['i % 32', 'i / 32'];
  const four = [0, 1, 2, 3];
  return `
  var<workgroup> left: array<f32, 1056>; // [32 terms][32 rows], a row of 33 so that both ways of writing spread
  var<workgroup> right: array<f32, 1056>;
  fn main(index: i32) {
    let lane = index % ${WORKGROUP};
    let group = index / ${WORKGROUP};
    let across = (uniforms.columns + 31) / 32;
    let tiles = across * ((uniforms.rows + 31) / 32);
    let chunk = group / tiles; // chunks beyond the end have no terms
    let top = ((group % tiles) / across) * 32;
    let start = (group % across) * 32;
    let first = chunk * uniforms.termsEach;
    let end = select(0, min(first + uniforms.termsEach, uniforms.terms), chunk < uniforms.chunks);
    let lx = lane % 8;
    let ly = lane / 8;
    ${four.map((r) => `var sum${r} = vec4<f32>(0.0);`).join(' ')}
    for (var step = 0; step < uniforms.termsEach; step += 32) {
      for (var i = lane; i < 1024; i += ${WORKGROUP}) {
        let beside = ${place[0]};
        let t = ${place[1]};
        let k = first + step + t;
        var l = 0.0; var r = 0.0;
        if (k < end && top + beside < uniforms.rows) { l = leftAt(top + beside, k); }
        if (k < end && start + beside < uniforms.columns) { r = rightAt(k, start + beside); }
        left[t * 33 + beside] = l;
        right[t * 33 + beside] = r;
      }
      workgroupBarrier();
      for (var t = 0; t < 32; t++) {
        let b = vec4<f32>(${four.map((c) => `right[t * 33 + lx + ${8 * c}]`).join(', ')});
        ${four.map((r) => `sum${r} += left[t * 33 + ly + ${8 * r}] * b;`).join(' ')}
      }
      workgroupBarrier();
    }
    if (chunk >= uniforms.chunks) { return; }
    ${four
      .flatMap((r) =>
        four.map((c) => {
          const [row, column] = [`top + ly + ${8 * r}`, `start + lx + ${8 * c}`];
          return `if (${row} < uniforms.rows && ${column} < uniforms.columns) {
            result[(chunk * uniforms.rows + ${row}) * uniforms.columns + ${column}] = sum${r}[${c}];
          }`;
        }),
      )
      .join('\n')}
  }`;
}
