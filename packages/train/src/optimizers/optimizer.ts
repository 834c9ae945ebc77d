import type { StoredValue } from '@seg/checkpoint/safetensors';
import type * as tf from '@tensorflow/tfjs-core';

import type { GroupScales } from './parameter-groups.ts';

/** Rule that changes parameters by their gradients. */
export type Optimizer = {
  /** Updates made so far. */
  readonly steps: number;
  /**
   * One update. Parameters without a gradient stay as they are.
   *
   * @param gradients By key, finite: values are not looked at here, `trainStep` does so; the caller disposes them
   * @param norm Of all gradients before clipping, where the caller has it already
   * @returns That norm; the caller disposes it
   * @throws RangeError at a learning rate that is none, TypeError at gradients that are not float32; Error that tells so where memory ends within the update; before its first change nothing has changed, nor `steps`
   */
  update(gradients: ReadonlyMap<string, tf.Tensor | null>, learningRate: number, norm?: tf.Scalar): tf.Scalar;
  /** All that it remembers of every parameter, for a checkpoint. */
  state(): Promise<Map<string, StoredValue>>;
  /**
   * Continues from a {@link state}.
   *
   * @throws FormatError naming the first value that is absent or misshapen; nothing has changed then
   */
  restore(read: (key: string) => StoredValue | null, steps: number): void;
  dispose(): void;
};

/** Options that all optimizers share. */
export type OptimizerOptions = {
  /** Multiplies the schedule's learning rate and the weight decay of one parameter. Default: both 1. */
  group?: (key: string) => GroupScales;
  /** Largest norm of all gradients together; larger ones are scaled down. Default: none. */
  clipNorm?: number;
};
