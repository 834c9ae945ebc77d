import type { StoredValue } from '@seg/checkpoint/safetensors';
import { type MomentumStep, momentumStep } from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';
import { expectNames } from '../expect-names.ts';
import { expectOptimizerNumbers } from './expect-number.ts';
import { expectUpdate, scalesOf } from './expect-update.ts';
import { gradientNorm } from './gradient-norm.ts';
import type { Optimizer, OptimizerOptions } from './optimizer.ts';
import { OptimizerState } from './optimizer-state.ts';
import { stepEach } from './step-each.ts';

/** Constants of {@link Sgd}. */
export type SgdConfig = OptimizerOptions & {
  /** Added to the gradient as λ·θ. Default: 1e-4, SOLO's. */
  weightDecay?: number;
  /** Default: 0.9. */
  momentum?: number;
};

/**
 * Gradient descent with momentum (Sutskever et al. 2013, in PyTorch's form, where the learning rate is outside of the
 * momentum), SOLO's optimizer:
 *
 *   b ← μ·b + g + λ·θ,   θ ← θ − η·b
 */
export class Sgd implements Optimizer {
  readonly config: Required<SgdConfig>;
  private readonly variables: ReadonlyMap<string, tf.Variable>;
  private readonly momenta: OptimizerState<'momentum'>;
  steps = 0;

  /** @throws RangeError at a constant that is none */
  constructor(variables: ReadonlyMap<string, tf.Variable>, config: SgdConfig = {}) {
    expectNames('Sgd', config, ['group', 'clipNorm', 'weightDecay', 'momentum']);
    this.variables = variables;
    this.config = {
      group: config.group ?? (() => ({})),
      weightDecay: config.weightDecay ?? 1e-4,
      momentum: config.momentum ?? 0.9,
      clipNorm: config.clipNorm ?? Number.POSITIVE_INFINITY,
    };
    expectOptimizerNumbers('Sgd', this.config);
    this.momenta = new OptimizerState(variables, ['momentum']);
  }

  update(gradients: ReadonlyMap<string, tf.Tensor | null>, learningRate: number, given?: tf.Scalar): tf.Scalar {
    expectUpdate('Sgd.update', gradients, learningRate);
    const norm = given ?? gradientNorm(gradients.values());
    stepEach(
      'Sgd.update',
      gradients,
      (key) => {
        const { momentum } = this.momenta.of(key);
        return { variables: [this.variables.get(key)!, momentum], constants: this.constantsOf(key, learningRate) };
      },
      ([parameter, momentum], gradient, step) =>
        momentumStep({ parameter: parameter!, gradient, momentum: momentum!, norm }, step),
    );
    this.steps++;
    return norm;
  }

  private constantsOf(key: string, learningRate: number): MomentumStep {
    const { weightDecay, momentum: mu, group, clipNorm } = this.config;
    const scales = scalesOf('Sgd.update', group, key);
    return {
      ...{ mu, decay: weightDecay * scales.weightDecay, clipNorm },
      rate: learningRate * scales.learningRate,
    };
  }

  state(): Promise<Map<string, StoredValue>> {
    return this.momenta.stored();
  }

  restore(read: (key: string) => StoredValue | null, steps: number): void {
    this.momenta.restore('Sgd.restore', read);
    this.steps = steps;
  }

  dispose(): void {
    this.momenta.dispose();
  }
}
