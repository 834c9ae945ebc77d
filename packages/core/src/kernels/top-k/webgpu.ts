import type * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { runShader } from '../webgpu/run-program.ts';
import type { Attrs, Inputs } from './types.ts';

/** Values that are ranked among each other, 2048: a pair of dispatches then finds a hundred of 24 000. */
const BLOCK = 2048;
/** Of a block no more than an eighth goes on, 256, so that each round leaves a fraction of the values. */
const MOST = BLOCK / 8;

/** Values with the places that they had in their row. */
type Candidates = { values: tf.TensorInfo; places?: tf.TensorInfo };

/** Ranks blocks of each row by counting who is higher, and goes on with the highest of each, until one block is left. */
export const topKWebgpu: KernelBody<Inputs, Attrs> = ({ x }, { k }, backend) => {
  if (k < 1 || k > MOST || x.size === 0) return null;
  let candidates = highestOfBlocks(backend, { values: x }, k);
  while (candidates.values.shape[1]! > k) {
    const next = highestOfBlocks(backend, candidates, k);
    for (const { dataId } of Object.values(candidates)) backend.disposeData(dataId as object);
    candidates = next;
  }
  return [candidates.values, candidates.places];
};

/**
 * One invocation a value of a block; those beyond the end of the row leave gaps in the result where there are fewer values than it
 * has room for, and gaps are lower than every value. NaN is higher, so that it shows.
 *
 * @returns [B, blocks · k]
 */
function highestOfBlocks(backend: tf.KernelBackend, { values, places }: Candidates, k: number): Required<Candidates> {
  const [rows, count] = values.shape as [number, number];
  const blocks = Math.ceil(count / BLOCK);
  const shape = [rows, blocks * k];
  const [best, at] = runShader(backend, {
    key: `top_k_${places !== undefined}`,
    inputs: { x: { tensor: values }, ...(places && { places: { tensor: places } }) },
    outputs: { best: { shape }, at: { shape, dtype: 'int32' } },
    invocations: rows * blocks * BLOCK,
    integers: { rows, count, blocks, k },
    code: `
      fn placeOf(row: i32, i: i32) -> i32 { return ${places ? 'places[row * uniforms.count + i]' : 'i'}; }
      fn height(v: f32) -> f32 { return select(v, 3.402823e38, (bitcast<u32>(v) & 0x7fffffffu) > 0x7f800000u); }
      fn main(index: i32) {
        let block = (index / ${BLOCK}) % uniforms.blocks;
        let row = index / ${BLOCK} / uniforms.blocks;
        if (row >= uniforms.rows) { return; }
        let start = block * ${BLOCK};
        let end = min(start + ${BLOCK}, uniforms.count);
        let i = start + index % ${BLOCK};
        let into = (row * uniforms.blocks + block) * uniforms.k;
        if (i >= end) {
          let gap = i - start;
          if (gap < uniforms.k) { best[into + gap] = -3.402823e38; at[into + gap] = -1; }
          return;
        }
        let own = x[row * uniforms.count + i];
        let ownPlace = placeOf(row, i);
        let ownHeight = height(own);
        var rank = 0;
        for (var j = start; j < end; j++) {
          let place = placeOf(row, j);
          let other = height(x[row * uniforms.count + j]);
          let isReal = place >= 0 && ownPlace < 0;
          let isBefore = other > ownHeight || (other == ownHeight && (place < ownPlace || (place == ownPlace && j < i)));
          if (isReal || (isBefore && (place < 0) == (ownPlace < 0))) { rank++; }
        }
        if (rank < uniforms.k) { best[into + rank] = own; at[into + rank] = ownPlace; }
      }`,
  }) as [tf.TensorInfo, tf.TensorInfo];
  return { values: best, places: at };
}
