import { expectOptions, numberIn } from '@seg/checkpoint/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { expectTensors } from '../../expect-options.ts';
import { vjp } from '../../gradients/vjp.ts';
import { expectShapes } from '../../shape.ts';
import { defineKernel } from '../define-kernel.ts';
import { maskBiasReference, OUTSIDE } from '../mask-bias/mask-bias.ts';
import type { Inputs as MaskInputs } from '../mask-bias/types.ts';
import { matMul } from '../mat-mul/mat-mul.ts';
import { isOneKernel } from '../may-fuse.ts';
import { isRecorded } from '../recorded.ts';
import type { AttentionOptions, Attrs, GradientInputs, Inputs, PartAttrs, PartInputs } from './types.ts';
import { attentionWasm } from './wasm.ts';

/**
 * Scaled dot-product attention with several heads: softmax(scale · Q Kᵀ + bias) V. Vaswani et al. 2017, eq. 1.
 *
 * @param query [B, N, h, d]
 * @param key [B, L, h, d]
 * @param value [B, L, h, d]
 * @param bias [B, N, L] or [B|1, h|1, N, L], added to the logits: large and negative where a query must not look
 * @returns [B, N, h, d]
 */
export function attention(
  query: tf.Tensor4D,
  key: tf.Tensor4D,
  value: tf.Tensor4D,
  bias?: tf.Tensor,
  options: AttentionOptions = {},
): tf.Tensor4D {
  expectTensors('attention', { query, key, value });
  expectShapes('attention', {
    ...{ query: [query, ['B', 'N', 'h', 'd']], key: [key, ['B', 'L', 'h', 'd']], value: [value, ['B', 'L', 'h', 'd']] },
    bias: [bias, ['1|B', ...(bias?.rank === 3 ? [] : ['1|h']), '1|N', '1|L']],
  });
  expectOptions('attention', options, { scale: numberIn() });
  const { scale = 1 / Math.sqrt(query.shape[3]) } = options;
  return tf.tidy(() => {
    const isWasm = tf.getBackend() === 'wasm';
    // elsewhere, and for a gradient on wasm, the plain ops are faster than a derivative computed anew
    if (isWasm ? isRecorded() : !isOneKernel()) {
      return attentionReference({ query, key, value, bias }, { scale });
    }
    // a recorded kernel needs all that its gradient reads
    const none = isRecorded() ? tf.zeros([1, 1, 1, 1]) : undefined;
    const added = bias === undefined ? none : perHead(bias);
    return attentionKernel({ query, key, value, bias: added }, { scale }) as tf.Tensor4D;
  });
}

/** The meaning of {@link attention} in plain ops. */
export function attentionReference({ query, key, value, bias }: Inputs, { scale }: Attrs): tf.Tensor4D {
  const [q, v] = [tf.transpose(tf.mul(query, scale), [0, 2, 1, 3]), tf.transpose(value, [0, 2, 1, 3])];
  const k = tf.transpose(key, [0, 2, 3, 1]); // [B, h, d, L]
  const logits = matMul<tf.Tensor4D>(q, k); // [B, h, N, L]
  const weights = tf.softmax(bias === undefined ? logits : tf.add(logits, perHead(bias)));
  return tf.transpose(matMul<tf.Tensor4D>(weights, v), [0, 2, 1, 3]);
}

/**
 * {@link attention} of queries, keys and values that one product made, side by side in the channels of a token. Has no gradient.
 *
 * @param mask Logits of the mask that each query looks inside of, as {@link maskBias} takes them. Default: none
 * @returns [B, N, C]
 */
export function attentionOfParts(
  { mask, ...given }: Omit<PartInputs, 'maskProducts' | 'maskQueries' | 'maskConstants'> & { mask?: MaskInputs },
  attrs: Omit<PartAttrs, 'scale'> & Partial<PartAttrs>,
): tf.Tensor3D {
  const { scale = 1 / Math.sqrt(attrs.dim / attrs.numHeads) } = attrs;
  return tf.tidy(() => {
    const { products: maskProducts, constants: maskConstants } = mask ?? {};
    const maskQueries = maskConstants && mask?.queries;
    const bias = given.bias && perHead(given.bias);
    const inputs = { ...given, bias, maskProducts, maskQueries, maskConstants };
    return attentionOfPartsKernel(inputs, { ...attrs, scale }) as tf.Tensor3D;
  });
}

/** The meaning of {@link attentionOfParts} in plain ops. */
export function attentionOfPartsReference(inputs: PartInputs, attrs: PartAttrs): tf.Tensor {
  const { query, key, value, maskProducts: products, maskQueries: queries = query, maskConstants: constants } = inputs;
  const { numHeads, dim, parts, scale } = attrs;
  const bias = products ? maskBiasReference({ products, queries, constants }, { outside: OUTSIDE }) : biasOf(inputs);
  const heads = (x: tf.Tensor3D, part: number): tf.Tensor4D => {
    const own = x.shape[2] === dim ? x : tf.slice(x, [0, 0, part * dim], [-1, -1, dim]);
    return tf.reshape(own, [x.shape[0], x.shape[1], numHeads, dim / numHeads]);
  };
  const whole = { query: heads(query, parts[0]), key: heads(key, parts[1]), value: heads(value, parts[2]), bias };
  return tf.reshape(attentionReference(whole, { scale }), [query.shape[0], query.shape[1], dim]);
}

/** The bias with that of each window. */
function biasOf({ query, bias, regions }: PartInputs): tf.Tensor | undefined {
  if (regions === undefined) return bias;
  const repeated = tf.tile(perHead(regions), [query.shape[0] / regions.shape[0]!, 1, 1, 1]);
  return bias === undefined ? repeated : tf.add(repeated, perHead(bias));
}

/** [B, N, L] → [B, 1, N, L]; a bias that has a head axis stays. */
function perHead(bias: tf.Tensor): tf.Tensor {
  return bias.rank === 3 ? tf.expandDims(bias, 1) : bias;
}

/** The gradients of {@link attention} in query, key and value, by those of its reference. */
export function attentionGradientReference({ dy, query, key, value, bias }: GradientInputs, attrs: Attrs): tf.Tensor[] {
  const gathered = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) =>
    attentionReference({ query: q as tf.Tensor4D, key: k as tf.Tensor4D, value: v as tf.Tensor4D, bias }, attrs);
  return vjp(gathered, [query, key, value], dy);
}

const attentionGradientKernel = defineKernel<GradientInputs, Attrs>({
  name: 'SegAttentionGradient',
  reference: attentionGradientReference,
  gradient: 'none',
});

const attentionKernel = defineKernel<Inputs, Attrs>({
  name: 'SegAttention',
  reference: attentionReference,
  bodies: { wasm: attentionWasm },
  saves: ['query', 'key', 'value', 'bias'],
  readsOutput: () => tf.getBackend() === 'webgpu',
  gradient: (dy, inputs, attrs, output) => {
    const given = { dy, ...inputs, output } as GradientInputs;
    const [dQuery, dKey, dValue] = attentionGradientKernel(given, attrs) as tf.Tensor[];
    const withBias = (bias: tf.Tensor) => attentionReference({ ...inputs, bias }, attrs);
    const dBias = () => vjp(withBias, [inputs.bias!], dy)[0]!;
    return { query: () => dQuery!, key: () => dKey!, value: () => dValue!, bias: dBias };
  },
});

const attentionOfPartsKernel = defineKernel<PartInputs, PartAttrs>({
  name: 'SegAttentionOfParts',
  reference: attentionOfPartsReference,
  gradient: 'none',
});
