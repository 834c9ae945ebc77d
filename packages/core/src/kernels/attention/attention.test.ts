import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { type BodyCase, checkBodies, checkOps, pulled, random } from '../../../test/kernel-checks.ts';
import { attention, attentionOfParts, attentionOfPartsReference, attentionReference } from './attention.ts';

checkOps([
  {
    title: 'attention with a bias for each query',
    shapes: [
      [2, 3, 2, 4],
      [2, 5, 2, 4],
      [2, 5, 2, 4],
      [2, 3, 5],
    ],
    f: (q, k, v, bias) => attention(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D, bias),
  },
  {
    title: 'attention with one bias for all images',
    shapes: [
      [2, 3, 2, 4],
      [2, 5, 2, 4],
      [2, 5, 2, 4],
      [1, 2, 3, 5],
    ],
    f: (q, k, v, bias) => attention(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D, bias, { scale: 0.3 }),
  },
]);

/** Attention without a tape beside its plain ops; blocks hold 256 keys and 108 queries. */
function forwardCase(
  title: string,
  [batch, queries, keys, heads, channels]: [number, number, number, number, number],
  biasShape?: number[],
): BodyCase {
  return {
    title: `attention, ${title}`,
    run: () => {
      const [query, key, value] = [queries, keys, keys].map((rows, i) => random([batch, rows, heads, channels], i + 1));
      const inputs = { query, key, value } as { query: tf.Tensor4D; key: tf.Tensor4D; value: tf.Tensor4D };
      const bias = biasShape && random(biasShape, 4);
      return {
        fast: [attention(inputs.query, inputs.key, inputs.value, bias, { scale: 0.4 })],
        plain: [attentionReference({ ...inputs, bias }, { scale: 0.4 })],
      };
    },
  };
}

function partsCase(
  title: string,
  hasBias: boolean,
  parts: readonly [number, number, number],
  hasRegions = false,
): BodyCase {
  return {
    title: `attentionOfParts ${title}`,
    run: () => {
      const packed = random([hasRegions ? 4 : 2, 67, 3 * 24], 1) as tf.Tensor3D;
      const bias = hasBias ? random([hasRegions ? 1 : 2, 3, 67, 67], 2) : undefined;
      const regions = hasRegions ? random([2, 67, 67], 3) : undefined;
      const inputs = { query: packed, key: packed, value: packed, bias, regions };
      const attrs = { numHeads: 3, dim: 24, parts, scale: 0.4 };
      return { fast: [attentionOfParts(inputs, attrs)], plain: [attentionOfPartsReference(inputs, attrs)] };
    },
  };
}

/** Masks of queries, of which the second is empty; keys and values stand beside each other. */
function maskCase(title: string, hasConstants: boolean): BodyCase {
  return {
    title: `attentionOfParts ${title}`,
    run: () => {
      const [query, packed] = [random([2, 5, 24], 1), random([2, 167, 48], 2)] as tf.Tensor3D[];
      const away = tf.tensor([0, 1e3, 0, 0, 2], [1, 5, 1]);
      const mask = {
        products: tf.sub(random([2, 5, 167], 3, 2), away),
        queries: random([2, 5, 70], 4, 0.1),
        constants: hasConstants ? random([70], 5) : undefined,
      };
      const attrs = { numHeads: 3, dim: 24, parts: [0, 0, 1] as const, scale: 0.4 };
      const inputs = { query: query!, key: packed!, value: packed! };
      const { products: maskProducts, queries: maskQueries, constants: maskConstants } = mask;
      return {
        fast: [attentionOfParts({ ...inputs, mask }, attrs)],
        plain: [attentionOfPartsReference({ ...inputs, maskProducts, maskQueries, maskConstants }, attrs)],
      };
    },
  };
}

function gradientCase([queries, keys, channels]: [number, number, number]): BodyCase {
  return {
    title: `attention and its gradients, ${queries} queries and ${keys} keys of ${channels} channels`,
    run: () => {
      const [q, k, v] = [queries, keys, keys].map((rows, i) => random([2, rows, 3, channels], i + 1));
      const bias = random([2, queries, keys], 4);
      const dy = random([2, queries, 3, channels], 5);
      const fast = (...xs: tf.Tensor[]) =>
        attention(xs[0] as tf.Tensor4D, xs[1] as tf.Tensor4D, xs[2] as tf.Tensor4D, xs[3]);
      const plain = (...xs: tf.Tensor[]) =>
        attentionReference(
          { query: xs[0] as tf.Tensor4D, key: xs[1] as tf.Tensor4D, value: xs[2] as tf.Tensor4D, bias: xs[3] },
          { scale: 1 / Math.sqrt(channels) },
        );
      const inputs = [q, k, v, bias] as tf.Tensor[];
      return {
        fast: [fast(...inputs), ...pulled(fast, inputs, dy)],
        plain: [plain(...inputs), ...pulled(plain, inputs, dy)],
      };
    },
  };
}

onEveryBackend('attention of what is no number', () => {
  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    '%s in the bias of one key',
    async (added) => {
      const [query, key, value] = [random([1, 2, 1, 4], 1), random([1, 300, 1, 4], 2), random([1, 300, 1, 4], 3)];
      const bias = tf.buffer([1, 2, 300]);
      bias.set(added, 0, 1, 290);
      const y = await attention(query as tf.Tensor4D, key as tf.Tensor4D, value as tf.Tensor4D, bias.toTensor()).data();
      expect([...y.slice(0, 4)].every(Number.isFinite)).toBe(true);
      expect([...y.slice(4)].every(Number.isFinite)).toBe(added === Number.NEGATIVE_INFINITY);
    },
  );
});

checkBodies([
  forwardCase('one query and one key', [1, 1, 1, 1, 4]),
  forwardCase('a bias that all heads share, three blocks of keys', [2, 5, 517, 3, 8], [2, 5, 517]),
  forwardCase('a bias for each head, two blocks of queries', [2, 113, 49, 2, 20], [1, 2, 113, 49]),
  forwardCase('a bias for each key', [2, 7, 259, 2, 32], [2, 1, 1, 259]),
  forwardCase('channels that are no multiple of four', [1, 4, 9, 2, 6], [1, 4, 9]),
  partsCase('of windows with regions and a bias', true, [0, 1, 2], true),
  partsCase('of windows with regions alone', false, [0, 1, 2], true),
  maskCase('inside masks', false),
  maskCase('inside masks with constants', true),
  partsCase('from one product', false, [0, 1, 2]),
  partsCase('with a bias', true, [2, 0, 1]),
  gradientCase([7, 19, 8]),
  gradientCase([70, 131, 12]), // more of both than a workgroup has lanes
  {
    title: 'attention over many keys, most of them blocked',
    run: () => {
      const [query, key, value] = [random([1, 5, 2, 32], 1), random([1, 401, 2, 32], 2), random([1, 401, 2, 32], 3)];
      const bias = tf.mul(tf.cast(tf.greater(random([1, 5, 401], 4), -1), 'float32'), -60000);
      const inputs = { query, key, value } as { query: tf.Tensor4D; key: tf.Tensor4D; value: tf.Tensor4D };
      return {
        fast: [
          attention(inputs.query, inputs.key, inputs.value, bias),
          attention(inputs.query, inputs.key, inputs.value),
        ],
        plain: [
          attentionReference({ ...inputs, bias }, { scale: 1 / Math.sqrt(32) }),
          attentionReference(inputs, { scale: 1 / Math.sqrt(32) }),
        ],
      };
    },
  },
]);

onEveryBackend('attention to nothing', () => {
  test('a bias of the lowest number everywhere weighs all keys evenly, and so do gradients', async () => {
    const [query, key, value] = [3, 70, 70].map((rows, i) => random([1, rows, 2, 8], i + 1) as tf.Tensor4D);
    const attend = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, bias: tf.Tensor) =>
      attention(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D, bias);
    const lowest = tf.fill([1, 1, 3, 70], -3.4028234663852886e38);
    const result = attend(query!, key!, value!, lowest);
    const even = tf.tile(tf.mean(value!, 1, true), [1, 3, 1, 1]);
    await expectClose(result, even, { absolute: 1e-5, relative: 1e-5 });
    const [, , dValue] = tf.grads(attend)([query!, key!, value!, lowest], tf.onesLike(result));
    await expectClose(dValue!, tf.fill([1, 70, 2, 8], 3 / 70), { absolute: 1e-5, relative: 1e-5 });
  });
});
