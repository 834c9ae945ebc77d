import * as tf from '@tensorflow/tfjs-core';

import { onOwnTape } from './gradients/own-tape.ts';
import { isRecorded } from './kernels/recorded.ts';
import { randomState, restoreRandomState } from './layers/dropout.ts';
import type { Scope } from './params/param-store.ts';
import { runSteps, type Steps, tidySteps } from './steps.ts';

type GradientEngine = {
  gradients(
    f: () => tf.Tensor,
    xs: tf.Tensor[],
    dy: tf.Tensor,
    allowNoGradients: boolean,
  ): { value: tf.Tensor; grads: (tf.Tensor | undefined)[] };
};

/**
 * A block whose activations a training step does not keep: where a gradient is asked for, the block is computed again from its
 * inputs (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost"). What is random in it is drawn as before, and
 * running statistics follow once. Outside of training, and where the store does not ask for it, the block as it is.
 *
 * @param scope Of the block: the parameters below it are those that it reads
 * @param xs All tensors that the block reads beside its parameters
 * @returns The block's result
 */
export function recompute<T extends tf.Tensor>(scope: Scope, block: (...xs: tf.Tensor[]) => T, xs: tf.Tensor[]): T {
  const { store } = scope;
  if (!store.recomputes || !store.training || !isRecorded()) return block(...xs);
  const variables = variablesBelow(scope);
  const drawn = randomState();
  const again = (dy: tf.Tensor, held: tf.Tensor[]): tf.Tensor[] => {
    const inputs = [...held, ...variables];
    const later = randomState();
    restoreRandomState(drawn);
    try {
      const { grads } = differentiate(() => store.repeat(() => block(...held)), inputs, dy);
      return inputs.map((input, i) => grads[i] ?? tf.zerosLike(input));
    } finally {
      restoreRandomState(later);
    }
  };
  const computed = tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as (tensors: tf.Tensor[]) => void;
    const value = block(...xs);
    save(xs); // behind the block: one that fails has saved nothing
    const gradFunc = (dy: tf.Tensor | tf.Tensor[], held: tf.Tensor[]) => again(dy as tf.Tensor, held);
    return { value, gradFunc };
  });
  return computed(...xs, ...variables) as T;
}

/** {@link recompute} of a block in steps, which are taken one by one wherever it is not computed again. */
export function* recomputeSteps<T extends tf.Tensor>(
  scope: Scope,
  block: (...xs: tf.Tensor[]) => Steps<T>,
  xs: tf.Tensor[],
): Steps<T> {
  if (!scope.store.recomputes) return yield* tidySteps(block(...xs));
  return recompute(scope, (...held) => runSteps(tidySteps(block(...held))), xs);
}

function variablesBelow({ path, separator, store }: Scope): tf.Variable[] {
  return [...store.trainable()].filter(([key]) => key.startsWith(path + separator)).map(([, variable]) => variable);
}

/** As `vjp`, of tensors that `f` finds by itself, some of which it may not read. */
function differentiate(f: () => tf.Tensor, xs: tf.Tensor[], dy: tf.Tensor) {
  const engine = tf.engine() as unknown as GradientEngine;
  return onOwnTape(() => engine.gradients(f, xs, dy, true));
}
