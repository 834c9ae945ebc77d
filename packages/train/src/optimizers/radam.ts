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

/** Constants of {@link RAdam}. */
export type RAdamConfig = OptimizerOptions & {
  /** Decoupled, as AdamW's. Default: 0. */
  weightDecay?: number;
  /** Default: 0.9, 0.999. */
  betas?: readonly [number, number];
  /** Default: 1e-8. */
  epsilon?: number;
};

/** Below this length of the averaged past, the variance of 1/√v̂ has no bound to speak of (PyTorch's; the paper has 4). */
const LEAST_LENGTH = 5;

/**
 * Factor that rectifies Adam's step while its second moment has seen little. Liu et al. 2020, algorithm 2:
 *
 *   ρ∞ = 2/(1−β₂) − 1,  ρ = ρ∞ − 2tβ₂ᵗ/(1−β₂ᵗ),  r = √((ρ−4)(ρ−2)ρ∞ / ((ρ∞−4)(ρ∞−2)ρ))
 *
 * @param step Counted from 1
 * @returns null while the second moment is to be left out
 */
export function rectification(step: number, beta2: number): number | null {
  const limit = 2 / (1 - beta2) - 1;
  const power = beta2 ** step;
  const length = limit - (2 * step * power) / (1 - power);
  if (length <= LEAST_LENGTH) return null;
  return Math.sqrt(((length - 4) * (length - 2) * limit) / ((limit - 4) * (limit - 2) * length));
}

/** Rectified Adam with decoupled weight decay: Liu et al. 2020, algorithm 2; the paper of MaX-DeepLab trains with it. */
export class RAdam implements Optimizer {
  readonly config: Required<RAdamConfig>;
  private readonly variables: ReadonlyMap<string, tf.Variable>;
  private readonly moments: OptimizerState<'first' | 'second'>;
  steps = 0;

  /** @throws RangeError at a constant that is none */
  constructor(variables: ReadonlyMap<string, tf.Variable>, config: RAdamConfig = {}) {
    expectNames('RAdam', config, ['group', 'clipNorm', 'weightDecay', 'betas', 'epsilon']);
    this.variables = variables;
    this.config = {
      group: config.group ?? (() => ({})),
      weightDecay: config.weightDecay ?? 0,
      betas: config.betas ?? [0.9, 0.999],
      epsilon: config.epsilon ?? 1e-8,
      clipNorm: config.clipNorm ?? Number.POSITIVE_INFINITY,
    };
    expectOptimizerNumbers('RAdam', this.config);
    this.moments = new OptimizerState(variables, ['first', 'second']);
  }

  update(gradients: ReadonlyMap<string, tf.Tensor | null>, learningRate: number, given?: tf.Scalar): tf.Scalar {
    expectUpdate('RAdam.update', gradients, learningRate);
    const norm = given ?? gradientNorm(gradients.values());
    const step = this.steps + 1;
    adamEach('RAdam.update', { variables: this.variables, moments: this.moments }, gradients, norm, (key) =>
      this.constantsOf(key, learningRate, step),
    );
    this.steps = step;
    return norm;
  }

  private constantsOf(key: string, learningRate: number, step: number): AdamStep {
    const { betas, epsilon, weightDecay, group, clipNorm } = this.config;
    const scales = scalesOf('RAdam.update', group, key);
    const rate = learningRate * scales.learningRate;
    const [correction1, correction2] = betas.map((beta) => 1 - beta ** step);
    const factor = rectification(step, betas[1]);
    return {
      ...{ beta1: betas[0], beta2: betas[1], epsilon, clipNorm },
      ...{ decay: rate * weightDecay * scales.weightDecay, rate: (rate / correction1) * (factor ?? 1) },
      rootScale: factor === null ? null : 1 / Math.sqrt(correction2),
    };
  }

  state(): Promise<Map<string, StoredValue>> {
    return this.moments.stored();
  }

  restore(read: (key: string) => StoredValue | null, steps: number): void {
    this.moments.restore('RAdam.restore', read);
    this.steps = steps;
  }

  dispose(): void {
    this.moments.dispose();
  }
}
