import type { StoredValue } from '@seg/checkpoint/safetensors';
import { mix, type ParamStore } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import { changeEach } from './change-each.ts';
import { expectNumber } from './expect-number.ts';
import { OptimizerState } from './optimizer-state.ts';

/**
 * Exponential moving average of a model's parameters and statistics, which predicts better than the last ones. Polyak &
 * Juditsky 1992; the decay grows with the steps, as in timm and TensorFlow: min(decay, (1 + t) / (10 + t)).
 */
export class ParameterAverage {
  readonly decay: number;
  private readonly params: ParamStore;
  private readonly averages: OptimizerState<'average'>;

  /**
   * @param decay 0 to 1, 0.998 for example
   * @throws RangeError where it is none
   */
  constructor(params: ParamStore, decay: number) {
    expectNumber('ParameterAverage', decay, { least: 0, most: 1 });
    this.params = params;
    this.decay = decay;
    const all = new Map(params.keys().map((key) => [key, params.get(key)]));
    this.averages = new OptimizerState(all, ['average'], 'ema', (parameter) => tf.clone(parameter));
  }

  /** Takes in the parameters after a step. @param step Counted from 0 */
  update(step: number): void {
    expectNumber('ParameterAverage.update, step', step, { least: 0, isWhole: true });
    const decay = Math.min(this.decay, (1 + step) / (10 + step));
    const changes = this.params.keys().map((key) => {
      const { average } = this.averages.of(key);
      return {
        size: average.size,
        make: () => average.assign(mix(average, this.params.get(key), 1 - decay)),
      };
    });
    changeEach('ParameterAverage.update', changes);
  }

  /** Exchanges parameters and averages: call it before a validation and after it. */
  swap(): void {
    for (const key of this.params.keys()) {
      const [variable, { average }] = [this.params.get(key), this.averages.of(key)];
      const kept = tf.clone(variable);
      variable.assign(average);
      average.assign(kept);
      kept.dispose();
    }
    this.params.touch();
  }

  state(): Promise<Map<string, StoredValue>> {
    return this.averages.stored();
  }

  /**
   * Reads and checks a {@link state}.
   *
   * @returns The change to it
   * @throws FormatError naming the first value that is absent or misshapen
   */
  restoring(read: (key: string) => StoredValue | null): () => void {
    return this.averages.restoring('ParameterAverage', read);
  }

  dispose(): void {
    this.averages.dispose();
  }
}
