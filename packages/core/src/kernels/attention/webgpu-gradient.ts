import type * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { LOWEST, reduction, sum } from '../webgpu/reduction.ts';
import { runShader, type Shader, WORKGROUP } from '../webgpu/run-program.ts';
import type { Attrs, GradientInputs } from './types.ts';
import { broadcastStrides, isOnePass } from './webgpu.ts';

/**
 * Gradients without a matrix of weights (Dao et al. 2022, algorithm 4): for each query the maximum and the sum of its exponentials
 * are taken anew, with them its own gradient; then each key goes through the queries. Two dispatches.
 */
export const attentionGradientWebgpu: KernelBody<GradientInputs, Attrs> = (inputs, { scale }, backend) => {
  const { query, key, value, bias } = inputs;
  if (bias === undefined || !isOnePass(query)) return null;
  const [batch, queries, heads, channels] = query.shape;
  const [biasBatch, biasHead, biasQuery, biasKey] = broadcastStrides(bias.shape);
  const shared = {
    integers: { batch, queries, heads, keys: key.shape[1], biasBatch, biasHead, biasQuery, biasKey },
    floats: { scale },
  };
  const vectors = channels / 4;
  const [dQuery, sums] = runShader(backend, {
    ...shared,
    key: `attention_dq_${channels}`,
    inputs: { ...arraysOf(inputs), gathered: { tensor: inputs.output!, components: 4 } },
    outputs: { dQuery: { shape: query.shape, components: 4 }, sums: { shape: [batch, queries, heads, 3] } },
    invocations: batch * queries * heads * WORKGROUP,
    code: queryShader(vectors),
  }) as [tf.TensorInfo, tf.TensorInfo];
  const [dKey, dValue] = runShader(backend, {
    ...shared,
    key: `attention_dkv_${channels}`,
    inputs: { ...arraysOf(inputs), sums: { tensor: sums } },
    outputs: { dKey: { shape: key.shape, components: 4 }, dValue: { shape: value.shape, components: 4 } },
    invocations: batch * key.shape[1] * heads * WORKGROUP,
    code: keyShader(vectors),
  }) as [tf.TensorInfo, tf.TensorInfo];
  backend.disposeData(sums.dataId as object);
  return [dQuery, dKey, dValue];
};

function arraysOf({ dy, query, key, value, bias }: GradientInputs): Shader['inputs'] {
  return {
    ...{ dy: { tensor: dy, components: 4 }, query: { tensor: query, components: 4 } },
    ...{ key: { tensor: key, components: 4 }, value: { tensor: value, components: 4 } },
    bias: { tensor: bias! },
  };
}

/** One workgroup a query and head; lanes go through the keys. */
function queryShader(vectors: number): string {
  const each = `for (var c = 0; c < ${vectors}; c++)`;
  return `${sum('total', 'vec4<f32>')}${reduction('largest', 'f32', (a, b) => `max(${a}, ${b})`)}
    fn main(index: i32) {
      let lane = index % ${WORKGROUP};
      let row = index / ${WORKGROUP}; // of [B, N, h]
      let rows = uniforms.batch * uniforms.queries * uniforms.heads;
      let item = min(row, rows - 1);
      let head = item % uniforms.heads;
      let n = (item / uniforms.heads) % uniforms.queries;
      let b = item / (uniforms.heads * uniforms.queries);
      let biasAt = b * uniforms.biasBatch + head * uniforms.biasHead + n * uniforms.biasQuery;
      var q: array<vec4<f32>, ${vectors}>;
      var upstream: array<vec4<f32>, ${vectors}>;
      var slope: array<vec4<f32>, ${vectors}>;
      var along = 0.0; // dy · output: what a softmax takes from each of its gradients
      ${each} {
        q[c] = query[item * ${vectors} + c] * uniforms.scale;
        upstream[c] = dy[item * ${vectors} + c];
        along += dot(upstream[c], gathered[item * ${vectors} + c]);
      }
      var most = ${LOWEST};
      var weight = 0.0;
      for (var l = lane; l < uniforms.keys; l += ${WORKGROUP}) {
        let at = ((b * uniforms.keys + l) * uniforms.heads + head) * ${vectors};
        var logit = bias[biasAt + l * uniforms.biasKey];
        ${each} { logit += dot(q[c], key[at + c]); }
        let higher = max(most, logit);
        weight = weight * exp(most - higher) + exp(logit - higher);
        most = higher;
      }
      let top = largest(most, lane);
      let share = 1.0 / total(vec4<f32>(weight * exp(most - top)), lane).x; // no logarithm: beside the lowest number it is lost
      for (var l = lane; l < uniforms.keys; l += ${WORKGROUP}) {
        let at = ((b * uniforms.keys + l) * uniforms.heads + head) * ${vectors};
        var logit = bias[biasAt + l * uniforms.biasKey];
        var dWeight = 0.0;
        ${each} { logit += dot(q[c], key[at + c]); dWeight += dot(upstream[c], value[at + c]); }
        let dLogit = exp(logit - top) * share * (dWeight - along);
        ${each} { slope[c] += dLogit * uniforms.scale * key[at + c]; }
      }
      ${each} {
        let whole = total(slope[c], lane);
        if (lane == 0 && row < rows) { dQuery[row * ${vectors} + c] = whole; }
      }
      if (lane == 0 && row < rows) { sums[3 * row] = top; sums[3 * row + 1] = share; sums[3 * row + 2] = along; }
    }`;
}

/** One workgroup a key and head; lanes go through the queries. */
function keyShader(vectors: number): string {
  const each = `for (var c = 0; c < ${vectors}; c++)`;
  return `${sum('total', 'vec4<f32>')}
    fn main(index: i32) {
      let lane = index % ${WORKGROUP};
      let row = index / ${WORKGROUP}; // of [B, L, h]
      let rows = uniforms.batch * uniforms.keys * uniforms.heads;
      let item = min(row, rows - 1);
      let head = item % uniforms.heads;
      let l = (item / uniforms.heads) % uniforms.keys;
      let b = item / (uniforms.heads * uniforms.keys);
      let biasAt = b * uniforms.biasBatch + head * uniforms.biasHead + l * uniforms.biasKey;
      var k: array<vec4<f32>, ${vectors}>;
      var v: array<vec4<f32>, ${vectors}>;
      var slopeKey: array<vec4<f32>, ${vectors}>;
      var slopeValue: array<vec4<f32>, ${vectors}>;
      ${each} { k[c] = key[item * ${vectors} + c]; v[c] = value[item * ${vectors} + c]; }
      for (var n = lane; n < uniforms.queries; n += ${WORKGROUP}) {
        let place = (b * uniforms.queries + n) * uniforms.heads + head;
        var logit = bias[biasAt + n * uniforms.biasQuery];
        var dWeight = 0.0;
        ${each} {
          logit += uniforms.scale * dot(query[place * ${vectors} + c], k[c]);
          dWeight += dot(dy[place * ${vectors} + c], v[c]);
        }
        let weight = exp(logit - sums[3 * place]) * sums[3 * place + 1];
        let dLogit = weight * (dWeight - sums[3 * place + 2]) * uniforms.scale;
        ${each} {
          slopeKey[c] += dLogit * query[place * ${vectors} + c];
          slopeValue[c] += weight * dy[place * ${vectors} + c];
        }
      }
      ${each} {
        let wholeKey = total(slopeKey[c], lane);
        let wholeValue = total(slopeValue[c], lane);
        if (lane == 0 && row < rows) {
          dKey[row * ${vectors} + c] = wholeKey;
          dValue[row * ${vectors} + c] = wholeValue;
        }
      }
    }`;
}
