import { A_FLAG, expectOptions, expectValue, type OptionCheck } from '@seg/checkpoint/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { fusedLinear } from '../kernels/fused-linear/fused-linear.ts';
import { A_DIM } from '../kernels/layer-checks.ts';
import { linear } from '../kernels/linear/linear.ts';
import { type Initializer, torchBias, torchDefault, xavierUniform, zeros } from '../params/init.ts';
import { OUT_IN } from '../params/layouts.ts';
import type { Scope } from '../params/param-store.ts';
import { rowsInSteps } from '../rows-in-steps.ts';
import type { Steps } from '../steps.ts';
import { type ActivationName, activate } from './activation.ts';

/** Sizes of a linear layer and how its parameters start. */
export type LinearConfig = {
  inDim: number;
  outDim: number;
  /** Default: true. */
  bias?: boolean;
  /** Default: xavier, with a zero bias. `torch` is what PyTorch does unless told. */
  init?: 'xavier' | 'torch' | { weight: Initializer; bias: Initializer };
};

const AN_INIT: OptionCheck = [
  'xavier, torch or functions weight and bias',
  (value) => {
    if (value === 'xavier' || value === 'torch') return true;
    const { weight, bias } = (value ?? {}) as { weight?: unknown; bias?: unknown };
    return typeof weight === 'function' && typeof bias === 'function';
  },
];
const CONFIG = { inDim: A_DIM, outDim: A_DIM, bias: A_FLAG, init: AN_INIT };

/** y = x W + b. Stored [out, in] as PyTorch does, held [in, out]. */
export class Linear {
  readonly scope: Scope;
  readonly weight: tf.Variable<tf.Rank.R2>; // [in, out]
  readonly bias: tf.Variable<tf.Rank.R1> | undefined; // [out]

  constructor(scope: Scope, config: LinearConfig) {
    expectOptions('Linear', config, CONFIG);
    for (const name of ['inDim', 'outDim'] as const) expectValue('Linear', name, config?.[name], A_DIM);
    const { inDim, outDim, bias = true, init = 'xavier' } = config;
    const initializers =
      init === 'xavier'
        ? { weight: xavierUniform, bias: zeros }
        : init === 'torch'
          ? { weight: torchDefault, bias: torchBias(inDim) }
          : init;
    this.scope = scope;
    this.weight = scope.param('weight', [inDim, outDim], initializers.weight, { stored: OUT_IN });
    this.bias = bias ? scope.param('bias', [outDim], initializers.bias) : undefined;
  }

  /** @param x [..., in] @returns [..., out] */
  forward<T extends tf.Tensor>(x: T, activation: ActivationName = 'linear'): T {
    if (activation === 'linear' || activation === 'relu') return linear(x, this.weight, this.bias, activation);
    const { weight, bias } = this;
    if (activation === 'gelu') return fusedLinear({ x, weight, bias }, activation);
    return tf.tidy(() => activate(linear(x, weight, bias), activation));
  }

  /** {@link forward} in steps, to the same bytes: where there are many rows, some after the others. @param x [B, …, in] */
  forwardSteps<T extends tf.Tensor>(x: T, activation: ActivationName = 'linear'): Steps<T> {
    return rowsInSteps(x, 2 * this.weight.size, (rows) => this.forward(rows, activation));
  }

  /** Adds a residual. @param x [..., in] @param residual [..., out] @returns [..., out] */
  forwardSum<T extends tf.Tensor>(x: T, residual: T): T {
    const { weight, bias } = this;
    return fusedLinear({ x, weight, bias, residual }, 'linear');
  }
}
