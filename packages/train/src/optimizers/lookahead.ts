import type { StoredValue } from '@seg/checkpoint/safetensors';
import { mix } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectNames } from '../expect-names.ts';
import { changeEach } from './change-each.ts';
import { expectNumber } from './expect-number.ts';
import type { Optimizer } from './optimizer.ts';
import { OptimizerState } from './optimizer-state.ts';

/** Constants of {@link Lookahead}. */
export type LookaheadConfig = {
  /** Updates of the inner optimizer between two of the slow weights: k. Default: 5. */
  every?: number;
  /** Part of the way that the slow weights go: α. Default: 0.5. */
  part?: number;
};

/**
 * Slow weights that follow another optimizer's. Zhang et al. 2019, algorithm 1: after every k updates
 *
 *   φ ← φ + α·(θ − φ),   θ ← φ
 *
 * Owns the inner optimizer.
 */
export class Lookahead implements Optimizer {
  readonly config: Required<LookaheadConfig>;
  private readonly inner: Optimizer;
  private readonly variables: ReadonlyMap<string, tf.Variable>;
  private readonly slow: OptimizerState<'weights'>;

  /** @throws RangeError at a constant that is none; the inner optimizer is then still the caller's */
  constructor(variables: ReadonlyMap<string, tf.Variable>, inner: Optimizer, config: LookaheadConfig = {}) {
    expectNames('Lookahead', config, ['every', 'part']);
    this.variables = variables;
    this.inner = inner;
    this.config = { every: config.every ?? 5, part: config.part ?? 0.5 };
    expectNumber('Lookahead.every', this.config.every, { least: 1, isWhole: true });
    expectNumber('Lookahead.part', this.config.part, { least: 0, most: 1 });
    this.slow = new OptimizerState(variables, ['weights'], 'lookahead', (parameter) => tf.clone(parameter));
  }

  get steps(): number {
    return this.inner.steps;
  }

  update(gradients: ReadonlyMap<string, tf.Tensor | null>, learningRate: number, norm?: tf.Scalar): tf.Scalar {
    const length = this.inner.update(gradients, learningRate, norm);
    if (this.steps % this.config.every === 0) this.synchronize();
    return length;
  }

  private synchronize(): void {
    const changes = [...this.variables].map(([key, variable]) => {
      const { weights } = this.slow.of(key);
      return { size: variable.size, make: () => this.meet(weights, variable) };
    });
    changeEach('Lookahead.update', changes, true); // behind the inner update
  }

  private meet(weights: tf.Variable, variable: tf.Variable): void {
    const moved = mix(weights, variable, this.config.part);
    weights.assign(moved);
    variable.assign(moved);
  }

  async state(): Promise<Map<string, StoredValue>> {
    return new Map([...(await this.inner.state()), ...(await this.slow.stored())]);
  }

  restore(read: (key: string) => StoredValue | null, steps: number): void {
    const change = this.slow.restoring('Lookahead.restore', read);
    this.inner.restore(read, steps);
    change();
  }

  dispose(): void {
    this.slow.dispose();
    this.inner.dispose();
  }
}
