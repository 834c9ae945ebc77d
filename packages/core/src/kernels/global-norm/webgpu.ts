import type * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { sum } from '../webgpu/reduction.ts';
import { runShader, WORKGROUP } from '../webgpu/run-program.ts';
import type { Attrs, Inputs } from './types.ts';

/** Tensors of one dispatch: with the sums they are the eight buffers that every adapter binds. */
const AT_ONCE = 7;
/** Elements that a workgroup squares: 256 a lane, so that a hundred million give a vector of a few thousand sums. */
const CHUNK = 256 * WORKGROUP;

/** Sums of squares of chunks, seven tensors a dispatch, into one vector; then the root of its sum. */
export const globalNormWebgpu: KernelBody<Inputs, Attrs> = (inputs, _, backend) => {
  const tensors = Object.values(inputs);
  const chunks = tensors.reduce((count, tensor) => count + chunksOf(tensor), 0);
  let parts: tf.TensorInfo | undefined;
  let start = 0;
  for (let first = 0; first < tensors.length; first += AT_ONCE) {
    const some = tensors.slice(first, first + AT_ONCE);
    parts = sumSquares(backend, some, start, parts ?? chunks);
    start += some.reduce((count, tensor) => count + chunksOf(tensor), 0);
  }
  const [norm] = runShader(backend, {
    key: 'global_norm',
    inputs: { parts: { tensor: parts! } },
    outputs: { norm: { shape: [] } },
    invocations: WORKGROUP,
    integers: { chunks },
    code: `${sum('total', 'f32')}
      fn main(lane: i32) {
        var squares = 0.0;
        for (var i = lane; i < uniforms.chunks; i += ${WORKGROUP}) { squares += parts[i]; }
        let all = total(squares, lane);
        if (lane == 0) { norm[0] = sqrt(all); }
      }`,
  });
  backend.disposeData(parts!.dataId as object);
  return norm!;
};

const chunksOf = ({ size }: tf.Tensor): number => Math.ceil(size / CHUNK);

/** @param parts The vector of sums, or its length where there is none yet */
function sumSquares(
  backend: tf.KernelBackend,
  tensors: tf.Tensor[],
  start: number,
  parts: tf.TensorInfo | number,
): tf.TensorInfo {
  let end = 0;
  const ends = tensors.map((tensor) => (end += chunksOf(tensor)));
  const branches = tensors.map((_, k) => {
    const before = k === 0 ? '0' : `uniforms.end${k - 1}`;
    return `if (group < uniforms.end${k}) {
      let first = (group - ${before}) * ${CHUNK};
      for (var i = first + lane; i < min(first + ${CHUNK}, uniforms.size${k}); i += ${WORKGROUP}) { squares += x${k}[i] * x${k}[i]; }
    }`;
  });
  const [result] = runShader(backend, {
    key: `sum_squares_${tensors.length}`,
    inputs: Object.fromEntries(tensors.map((tensor, k) => [`x${k}`, { tensor }])),
    outputs: { parts: typeof parts === 'number' ? { shape: [parts] } : { into: parts } },
    invocations: end * WORKGROUP,
    integers: {
      start,
      ...Object.fromEntries(ends.map((value, k) => [`end${k}`, value])),
      ...Object.fromEntries(tensors.map(({ size }, k) => [`size${k}`, size])),
    },
    code: `${sum('total', 'f32')}
      fn main(index: i32) {
        let lane = index % ${WORKGROUP};
        let group = index / ${WORKGROUP};
        var squares = 0.0;
        ${branches.join(' else ')}
        let all = total(squares, lane);
        if (lane == 0 && group < uniforms.end${tensors.length - 1}) { parts[uniforms.start + group] = all; }
      }`,
  });
  return result!;
}
