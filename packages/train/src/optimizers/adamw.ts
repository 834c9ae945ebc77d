import type { StoredValue } from '@seg/checkpoint/safetensors';
import type { AdamStep } from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';
import { expectNames } from '../expect-names.ts';
import { adamEach } from './adam-each.ts';
import { expectOptimizerNumbers } from './expect-number.ts';
import { expectUpdate, scalesOf } from './expect-update.ts';
import { gradientNorm } from './gradient-norm.ts';
import type { Optimizer, OptimizerOptions } from './optimizer.ts';
import { OptimizerState } from './optimizer-state.ts';

/** Constants of AdamW. Loshchilov & Hutter 2019, Algorithm 2. */
export type AdamWConfig = OptimizerOptions & {
  /** Default: 0.05. */
  weightDecay?: number;
  /** Decay of the two moments. Default: 0.9, 0.999. */
  betas?: readonly [number, number];
  /** Default: 1e-8. */
  epsilon?: number;
};

/**
 * Adam with decoupled weight decay. Loshchilov & Hutter 2019, algorithm 2:
 *
 *   θ ← θ − η·λ·θ − η · m̂ / (√v̂ + ε)
 *
 * with gradients clipped by their global norm first, as PyTorch's clip_grad_norm_ does.
 */
export class AdamW implements Optimizer {
  readonly config: Required<AdamWConfig>;
  private readonly variables: ReadonlyMap<string, tf.Variable>;
  private readonly moments: OptimizerState<'first' | 'second'>;
  steps = 0;

  /** @throws RangeError at a constant that is none */
  constructor(variables: ReadonlyMap<string, tf.Variable>, config: AdamWConfig = {}) {
    expectNames('AdamW', config, ['group', 'clipNorm', 'weightDecay', 'betas', 'epsilon']);
    this.variables = variables;
    this.config = {
      group: config.group ?? (() => ({})),
      weightDecay: config.weightDecay ?? 0.05,
      betas: config.betas ?? [0.9, 0.999],
      epsilon: config.epsilon ?? 1e-8,
      clipNorm: config.clipNorm ?? Number.POSITIVE_INFINITY,
    };
    expectOptimizerNumbers('AdamW', this.config);
    this.moments = new OptimizerState(variables, ['first', 'second']);
  }

  update(gradients: ReadonlyMap<string, tf.Tensor | null>, learningRate: number, given?: tf.Scalar): tf.Scalar {
    expectUpdate('AdamW.update', gradients, learningRate);
    const norm = given ?? gradientNorm(gradients.values());
    const step = this.steps + 1;
    adamEach('AdamW.update', { variables: this.variables, moments: this.moments }, gradients, norm, (key) =>
      this.constantsOf(key, learningRate, step),
    );
    this.steps = step;
    return norm;
  }

  private constantsOf(key: string, learningRate: number, step: number): AdamStep {
    const { betas, epsilon, weightDecay, group, clipNorm } = this.config;
    const scales = scalesOf('AdamW.update', group, key);
    const rate = learningRate * scales.learningRate;
    const [correction1, correction2] = betas.map((beta) => 1 - beta ** step);
    return {
      ...{ beta1: betas[0], beta2: betas[1], epsilon, clipNorm },
      ...{ decay: rate * weightDecay * scales.weightDecay, rate: rate / correction1 },
      rootScale: 1 / Math.sqrt(correction2),
    };
  }

  state(): Promise<Map<string, StoredValue>> {
    return this.moments.stored();
  }

  restore(read: (key: string) => StoredValue | null, steps: number): void {
    this.moments.restore('AdamW.restore', read);
    this.steps = steps;
  }

  dispose(): void {
    this.moments.dispose();
  }
}
