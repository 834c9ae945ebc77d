import { type AdamStep, adamStep } from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';

import type { OptimizerState } from './optimizer-state.ts';
import { stepEach } from './step-each.ts';

/** Parameters by key, and their two moments. */
type AdamState = { variables: ReadonlyMap<string, tf.Variable>; moments: OptimizerState<'first' | 'second'> };

/** Takes a step of each parameter that has a gradient by Adam's rule, with constants by its key. */
export function adamEach(
  where: string,
  { variables, moments }: AdamState,
  gradients: ReadonlyMap<string, tf.Tensor | null>,
  norm: tf.Scalar,
  constantsOf: (key: string) => AdamStep,
): void {
  stepEach(
    where,
    gradients,
    (key) => {
      const { first, second } = moments.of(key);
      return { variables: [variables.get(key)!, first, second], constants: constantsOf(key) };
    },
    ([parameter, first, second], gradient, step) =>
      adamStep({ parameter: parameter!, gradient, first: first!, second: second!, norm }, step, {
        spendsMoments: true,
      }),
  );
}
