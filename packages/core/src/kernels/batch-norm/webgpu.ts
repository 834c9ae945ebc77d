import type * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { chunksOf, columnSums } from '../webgpu/column-sums.ts';
import { runProgram, runShader } from '../webgpu/run-program.ts';
import type { Attrs, GradientInputs, Inputs, MomentsAttrs, MomentsInputs, SumsInputs } from './types.ts';

/** Element i of x, in channel c, normalized. */
const NORMALIZED = `
  fn normalized(i: i32, c: i32) -> f32 { return (x[i] - mean[c]) * inverseSqrt(variance[c] + uniforms.epsilon); }`;

/** Moments of chunks of rows, each around its own mean, joined as Chan et al. 1983, eq. 2.1, do. */
export const columnMomentsWebgpu: KernelBody<MomentsInputs, MomentsAttrs> = ({ x }, _, backend) => {
  const [rows, channels] = x.shape as [number, number];
  const { chunks, rowsEach } = chunksOf(rows);
  const sizes = { rows, channels, rowsEach, chunks };
  const [sums, squares] = momentsOfChunks(backend, x, sizes) as [tf.TensorInfo, tf.TensorInfo];
  const moments = runShader(backend, {
    key: 'join_moments',
    inputs: { sums: { tensor: sums }, squares: { tensor: squares } },
    outputs: { mean: { shape: [channels] }, variance: { shape: [channels] } },
    invocations: channels,
    integers: sizes,
    code: `
      fn main(c: i32) {
        if (c >= uniforms.channels) { return; }
        var sum = 0.0;
        for (var k = 0; k < uniforms.chunks; k++) { sum += sums[k * uniforms.channels + c]; }
        let center = sum / f32(uniforms.rows);
        var square = 0.0;
        for (var k = 0; k < uniforms.chunks; k++) {
          let count = f32(min(uniforms.rowsEach, uniforms.rows - k * uniforms.rowsEach));
          if (count > 0.0) {
            let away = sums[k * uniforms.channels + c] / count - center;
            square += squares[k * uniforms.channels + c] + count * away * away;
          }
        }
        mean[c] = center;
        variance[c] = square / f32(uniforms.rows);
      }`,
  });
  for (const { dataId } of [sums, squares]) backend.disposeData(dataId as object);
  return moments;
};

function momentsOfChunks(
  backend: tf.KernelBackend,
  x: tf.Tensor,
  sizes: Record<'rows' | 'channels' | 'rowsEach' | 'chunks', number>,
): tf.TensorInfo[] {
  const shape = [sizes.chunks, sizes.channels];
  return runShader(backend, {
    key: 'moments_of_chunks',
    inputs: { x: { tensor: x } },
    outputs: { sums: { shape }, squares: { shape } },
    invocations: sizes.chunks * sizes.channels,
    integers: sizes,
    code: `
      fn main(index: i32) {
        if (index >= uniforms.chunks * uniforms.channels) { return; }
        let c = index % uniforms.channels;
        let first = (index / uniforms.channels) * uniforms.rowsEach;
        let end = min(first + uniforms.rowsEach, uniforms.rows);
        var sum = 0.0;
        for (var row = first; row < end; row++) { sum += x[row * uniforms.channels + c]; }
        let center = sum / f32(max(1, end - first));
        var square = 0.0;
        for (var row = first; row < end; row++) { let away = x[row * uniforms.channels + c] - center; square += away * away; }
        sums[index] = sum;
        squares[index] = square;
      }`,
  });
}

export const normalizeWebgpu: KernelBody<Inputs, Attrs> = ({ x, mean, variance, gain, bias }, { epsilon }, backend) =>
  runProgram(backend, {
    key: 'normalize_columns',
    inputs: {
      ...{ x: { tensor: x }, mean: { tensor: mean }, variance: { tensor: variance } },
      ...{ gain: { tensor: gain }, bias: { tensor: bias } },
    },
    outputShape: x.shape,
    invocations: x.size,
    integers: { size: x.size, channels: mean.size },
    floats: { epsilon },
    code: `${NORMALIZED}
      fn main(i: i32) {
        if (i >= uniforms.size) { return; }
        let c = i % uniforms.channels;
        result[i] = normalized(i, c) * gain[c] + bias[c];
      }`,
  });

export const normalizeSumsWebgpu: KernelBody<SumsInputs, Attrs> = ({ dy, x, mean, variance }, { epsilon }, backend) =>
  columnSums(backend, {
    key: 'normalize_columns',
    inputs: { ...{ dy: { tensor: dy }, x: { tensor: x } }, mean: { tensor: mean }, variance: { tensor: variance } },
    ...{ rows: x.shape[0]!, channels: mean.size, floats: { epsilon } },
    values: { along: 'dy[i] * normalized(i, c)', upstream: 'dy[i]' },
    code: NORMALIZED,
  });

export const normalizeGradientWebgpu: KernelBody<GradientInputs, Attrs> = (inputs, { epsilon }, backend) => {
  const { dy, x, mean, variance, gain, alongSum, dySum } = inputs;
  return runProgram(backend, {
    key: 'normalize_columns_dx',
    inputs: {
      ...{ dy: { tensor: dy }, x: { tensor: x }, mean: { tensor: mean }, variance: { tensor: variance } },
      ...{ gain: { tensor: gain }, alongSum: { tensor: alongSum }, dySum: { tensor: dySum } },
    },
    outputShape: x.shape,
    invocations: x.size,
    integers: { size: x.size, channels: mean.size },
    floats: { epsilon, share: 1 / x.shape[0]! },
    code: `${NORMALIZED}
      fn main(i: i32) {
        if (i >= uniforms.size) { return; }
        let c = i % uniforms.channels;
        let along = normalized(i, c) * alongSum[c] * uniforms.share;
        let centered = dy[i] - dySum[c] * uniforms.share - along;
        result[i] = centered * inverseSqrt(variance[c] + uniforms.epsilon) * gain[c];
      }`,
  });
};
