import type * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { reduction, sum } from '../webgpu/reduction.ts';
import { runProgram, WORKGROUP } from '../webgpu/run-program.ts';
import type { Attrs, Inputs } from './types.ts';

/** With more queries the tiled products of the reference read keys less often. */
const MOST_QUERIES = 512;
/** Channels of a head that an invocation holds: two arrays of 16 vectors, for the query and for the sums. */
const MOST_CHANNELS = 64;

/**
 * Attention in one pass over the keys, without its matrix of weights (Milakov & Gimelshein 2018): one workgroup a query
 * and head; each lane keeps a running maximum, sum and weighted value of its keys, joined at the end.
 */
export const attentionWebgpu: KernelBody<Inputs, Attrs> = ({ query, key, value, bias }, { scale }, backend) => {
  if (!isOnePass(query)) return null;
  const [batch, queries, heads, channels] = query.shape;
  const all = batch * queries * heads;
  const [biasBatch, biasHead, biasQuery, biasKey] = broadcastStrides(bias!.shape);
  return runProgram(backend, {
    key: `attention_${channels}`,
    inputs: {
      query: { tensor: query, components: 4 },
      key: { tensor: key, components: 4 },
      value: { tensor: value, components: 4 },
      bias: { tensor: bias! },
    },
    outputShape: query.shape,
    outputComponents: 4,
    invocations: all * WORKGROUP,
    integers: { all, queries, heads, keys: key.shape[1], biasBatch, biasHead, biasQuery, biasKey },
    floats: { scale },
    code: shader(channels / 4),
  });
};

/** True for queries that one pass over the keys serves: few of them, of channels that registers hold. */
export function isOnePass({ shape: [, queries, , channels] }: tf.Tensor4D): boolean {
  return channels % 4 === 0 && channels <= MOST_CHANNELS && queries <= MOST_QUERIES;
}

/** Steps between neighbors along each of four axes; 0 along an axis that is broadcast. */
export function broadcastStrides(shape: number[]): [number, number, number, number] {
  const [, heads, queries, keys] = shape as [number, number, number, number];
  const dense = [heads * queries * keys, queries * keys, keys, 1];
  return dense.map((stride, axis) => (shape[axis] === 1 ? 0 : stride)) as [number, number, number, number];
}

function shader(vectors: number): string {
  return `${sum('total', 'vec4<f32>')}${reduction('largest', 'f32', (a, b) => `max(${a}, ${b})`)}
    fn main(index: i32) {
      let lane = index % ${WORKGROUP};
      let row = index / ${WORKGROUP}; // of [B, N, h]
      let item = min(row, uniforms.all - 1);
      let head = item % uniforms.heads;
      let n = (item / uniforms.heads) % uniforms.queries;
      let b = item / (uniforms.heads * uniforms.queries);
      let biasAt = b * uniforms.biasBatch + head * uniforms.biasHead + n * uniforms.biasQuery;
      var q: array<vec4<f32>, ${vectors}>;
      var sums: array<vec4<f32>, ${vectors}>;
      for (var c = 0; c < ${vectors}; c++) { q[c] = query[item * ${vectors} + c] * uniforms.scale; }
      var maximum = -3.0e38;
      var weight = 0.0;
      for (var l = lane; l < uniforms.keys; l += ${WORKGROUP}) {
        let at = ((b * uniforms.keys + l) * uniforms.heads + head) * ${vectors};
        var logit = bias[biasAt + l * uniforms.biasKey];
        for (var c = 0; c < ${vectors}; c++) { logit += dot(q[c], key[at + c]); }
        let higher = max(maximum, logit);
        let kept = exp(maximum - higher);
        let share = exp(logit - higher);
        maximum = higher;
        weight = weight * kept + share;
        for (var c = 0; c < ${vectors}; c++) { sums[c] = sums[c] * kept + share * value[at + c]; }
      }
      let kept = exp(maximum - largest(maximum, lane));
      let all = total(vec4<f32>(weight * kept), lane).x;
      for (var c = 0; c < ${vectors}; c++) {
        let sum = total(sums[c] * kept, lane);
        if (lane == 0 && row < uniforms.all) { result[row * ${vectors} + c] = sum / all; }
      }
    }`;
}
