import type * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { LOWEST, reduction, sum } from '../webgpu/reduction.ts';
import { runProgram, WORKGROUP } from '../webgpu/run-program.ts';
import type { Attrs, Inputs, PartAttrs, PartInputs } from './types.ts';

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
  const [, , numHeads, channels] = query.shape;
  const dim = numHeads * channels;
  const rows = (tensor: tf.Tensor4D) => ({ tensor, row: dim, first: 0 });
  const operands = { query: rows(query), key: rows(key), value: rows(value) };
  const info = attend(backend, operands, { numHeads, dim, scale, bias });
  return { ...info, shape: query.shape };
};

/** {@link attentionWebgpu} of operands that stand side by side in wider tokens. */
export const attentionOfPartsWebgpu: KernelBody<PartInputs, PartAttrs> = (inputs, attrs, backend) => {
  const { query, key, value } = inputs;
  const { numHeads, dim, parts, scale } = attrs;
  const [batch, queries] = query.shape;
  if (!isOnePass({ shape: [batch, queries, numHeads, dim / numHeads] })) return null;
  const rows = (tensor: tf.Tensor3D, part: number) => ({ tensor, row: tensor.shape[2], first: part * dim });
  const operands = { query: rows(query, parts[0]), key: rows(key, parts[1]), value: rows(value, parts[2]) };
  return attend(backend, operands, { numHeads, dim, scale, ...inputs });
};

/** Tokens of `row` channels, of which those from `first` on take part. */
type Operand = { tensor: tf.Tensor; row: number; first: number };

/** Bias or mask that keeps queries from some keys. */
type Limits = Pick<PartInputs, 'bias' | 'regions' | 'maskProducts' | 'maskQueries' | 'maskConstants'>;

/** @returns [B, N, C] */
function attend(
  backend: tf.KernelBackend,
  { query, key, value }: Record<'query' | 'key' | 'value', Operand>,
  { numHeads, dim, scale, bias, regions, maskProducts, maskQueries, maskConstants }: Omit<PartAttrs, 'parts'> & Limits,
): tf.TensorInfo {
  const [batch, queries] = query.tensor.shape as [number, number];
  const vectors = dim / numHeads / 4;
  const places = Object.entries({ query, key, value }).flatMap(([name, { row, first }]) => [
    [`${name}Row`, row / 4],
    [`${name}First`, first / 4],
  ]);
  const [biasBatch, biasHead, biasQuery, biasKey] = broadcastStrides(bias?.shape ?? [1, 1, 1, 1]);
  const all = batch * queries * numHeads;
  const has = {
    bias: bias !== undefined,
    regions: regions !== undefined,
    mask: maskProducts !== undefined,
    constant: maskConstants !== undefined,
  };
  return runProgram(backend, {
    key: `attention_${vectors}_${Object.values(has).join('_')}`,
    inputs: {
      query: { tensor: query.tensor, components: 4, anyStorage: true },
      key: { tensor: key.tensor, components: 4, anyStorage: true },
      value: { tensor: value.tensor, components: 4, anyStorage: true },
      ...(bias && { bias: { tensor: bias } }),
      ...(regions && { regions: { tensor: regions } }),
      ...(maskProducts && { products: { tensor: maskProducts } }),
      ...(maskQueries && maskConstants && { queries: { tensor: maskQueries }, constants: { tensor: maskConstants } }),
    },
    outputShape: [batch, queries, dim],
    outputComponents: 4,
    invocations: all * WORKGROUP,
    integers: {
      ...{ all, queries, heads: numHeads, keys: key.tensor.shape[1]!, biasBatch, biasHead, biasQuery, biasKey },
      ...Object.fromEntries(places),
      ...{ maskDim: maskConstants?.size ?? 0, regionCount: regions?.shape[0] ?? 1 },
    },
    floats: { scale },
    code: shader(vectors, has),
  });
}

/** True for queries that one pass over the keys serves: few of them, of channels that registers hold. */
export function isOnePass({ shape: [, queries, , channels] }: Pick<tf.Tensor4D, 'shape'>): boolean {
  return channels % 4 === 0 && channels <= MOST_CHANNELS && queries <= MOST_QUERIES;
}

/** Steps between neighbors along each of four axes; 0 along an axis that is broadcast. */
export function broadcastStrides(shape: number[]): [number, number, number, number] {
  const [, heads, queries, keys] = shape as [number, number, number, number];
  const dense = [heads * queries * keys, queries * keys, keys, 1];
  return dense.map((stride, axis) => (shape[axis] === 1 ? 0 : stride)) as [number, number, number, number];
}

/**
 * A lane without a pixel inside the mask goes on with those outside, until it finds one; so does a workgroup, since a query whose mask
 * is empty looks everywhere.
 */
const MASK = {
  open: `
        let isInside = !(products[maskRow * uniforms.keys + l] + constant < 0.0);
        if (isOpen && !isInside) { continue; }
        if (isInside && !isOpen) { isOpen = true; EMPTY }`,
  join: `
      if (largest(select(0.0, 1.0, isOpen), lane) > 0.0 && !isOpen) { EMPTY }`,
};

/** WGSL that adds up the constant of a query's mask. */
const CONSTANT = `
      var along = 0.0;
      for (var c = lane; c < uniforms.maskDim; c += ${WORKGROUP}) { along += queries[maskRow * uniforms.maskDim + c] * constants[c]; }
      let constant = total(vec4<f32>(along), lane).x;`;

function shader(vectors: number, has: { bias: boolean; regions: boolean; mask: boolean; constant: boolean }): string {
  const empty = `maximum = ${LOWEST}; weight = 0.0; for (var c = 0; c < ${vectors}; c++) { sums[c] = vec4<f32>(0.0); }`;
  const masked = (code: string) => (has.mask ? code.replace('EMPTY', empty) : '');
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
      let start = (b * uniforms.queries + n) * uniforms.queryRow + uniforms.queryFirst + head * ${vectors};
      for (var c = 0; c < ${vectors}; c++) { q[c] = queryAt(start + c) * uniforms.scale; }
      var maximum = ${LOWEST};
      var weight = 0.0;
      let maskRow = b * uniforms.queries + n;
      var isOpen = false;${has.constant ? CONSTANT : '\n      let constant = 0.0;'}
      for (var l = lane; l < uniforms.keys; l += ${WORKGROUP}) {${masked(MASK.open)}
        let token = b * uniforms.keys + l;
        let at = token * uniforms.keyRow + uniforms.keyFirst + head * ${vectors};
        let first = token * uniforms.valueRow + uniforms.valueFirst + head * ${vectors};
        var logit = ${has.bias ? 'bias[biasAt + l * uniforms.biasKey]' : '0.0'};
        ${has.regions ? 'logit += regions[((b % uniforms.regionCount) * uniforms.queries + n) * uniforms.keys + l];' : ''}
        for (var c = 0; c < ${vectors}; c++) { logit += dot(q[c], keyAt(at + c)); }
        let higher = max(maximum, logit);
        let kept = exp(maximum - higher);
        let share = exp(logit - higher);
        maximum = higher;
        weight = weight * kept + share;
        for (var c = 0; c < ${vectors}; c++) { sums[c] = sums[c] * kept + share * valueAt(first + c); }
      }
${masked(MASK.join)}
      let kept = exp(maximum - largest(maximum, lane));
      let all = total(vec4<f32>(weight * kept), lane).x;
      for (var c = 0; c < ${vectors}; c++) {
        let sum = total(sums[c] * kept, lane);
        if (lane == 0 && row < uniforms.all) { result[row * ${vectors} + c] = sum / all; }
      }
    }`;
}
