import * as tf from '@tensorflow/tfjs-core';

import { asStored } from '../kernels/as-stored/as-stored.ts';
import type { Scope } from '../params/param-store.ts';
import type { Linear } from './linear.ts';

/**
 * Weight and bias of one layer that gives what several give of the same input, side by side; derived once, see
 * {@link Scope.derive}.
 *
 * @param name Of what is derived, within the scope
 * @param layers Of equal input size; all with a bias, or none
 * @returns [in, Σ out], and [Σ out] where the layers have biases
 */
export function joinedLinears(
  scope: Scope,
  name: string,
  layers: readonly Linear[],
): [weight: tf.Tensor, bias?: tf.Tensor] {
  const [weight, bias] = scope.derive(name, () => [
    asStored(
      tf.concat(
        layers.map((layer) => layer.weight as tf.Tensor),
        1,
      ),
    ),
    ...(layers[0].bias ? [tf.concat(layers.map((layer) => layer.bias as tf.Tensor))] : []),
  ]);
  return [weight, bias];
}
