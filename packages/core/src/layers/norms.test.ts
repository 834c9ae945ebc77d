import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { ParamStore } from '../params/param-store.ts';
import { dropping } from './dropout.ts';
import { Linear } from './linear.ts';
import { LayerNorm } from './norms.ts';

/** A linear layer to eight channels and two norms, of values that differ. */
function layers(params: ParamStore): { last: Linear; norm: LayerNorm; next: LayerNorm } {
  const last = new Linear(params.root.at('last'), { inDim: 4, outDim: 8 });
  const [norm, next] = ['norm', 'next'].map((name) => new LayerNorm(params.root.at(name), { dim: 8 }));
  for (const [i, key] of params.keys().entries()) {
    const variable = params.get(key);
    variable.assign(tf.add(variable, tf.randomNormal(variable.shape, 0, 0.5, 'float32', i + 1)));
  }
  params.touch();
  return { last, norm: norm!, next: next! };
}

const stream = () => tf.randomNormal<tf.Rank.R3>([2, 3, 8], 0, 1, 'float32', 11);
const hidden = () => tf.randomNormal<tf.Rank.R3>([2, 3, 4], 0, 1, 'float32', 12);

onEveryBackend('layer norm of a stream and a branch that ends in a linear layer', () => {
  test('is the norm of their sum, and another norm that of it, with values of the moment', async () => {
    const params = new ParamStore();
    const { last, norm, next } = layers(params);
    for (const factor of [1, 2]) {
      last.weight.assign(tf.mul(last.weight, factor));
      next.gain.assign(tf.mul(next.gain, factor));
      params.touch();
      const plain = norm.forward(tf.add<tf.Tensor3D>(stream(), last.forward(hidden())));
      const branch = { hidden: hidden(), last };
      const [both, after] = norm.forwardSumThen(stream(), branch, next);
      for (const found of [norm.forwardSumOf(stream(), branch), both])
        await expectClose(found, plain, { absolute: 5e-5 });
      await expectClose(after, next.forward(plain), { absolute: 5e-5 });
    }
    params.dispose();
  });

  test('drops between the layer and the sum where a model trains, and nowhere else', async () => {
    const params = new ParamStore();
    const { last, norm } = layers(params);
    const zeroed = (x: tf.Tensor3D) => tf.zerosLike(x);
    const dropped = norm.forwardSumOf(stream(), { hidden: hidden(), last, drop: zeroed });
    await expectClose(dropped, norm.forward(stream()), { absolute: 5e-5 });
    expect(dropping(params.root, 0.5)).toBeUndefined();
    expect(params.train(() => dropping(params.root, 0.5))).toBeDefined();
    expect(params.train(() => dropping(params.root, 0))).toBeUndefined();
    params.dispose();
  });
});
