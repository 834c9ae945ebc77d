import * as tf from '@tensorflow/tfjs-core';

/** Loss of a batch, its terms, and its gradients in the order of the variables; null where the loss does not depend on one. */
export type Differentiated = {
  value: tf.Scalar;
  terms: Record<string, tf.Scalar>;
  gradients: (tf.Tensor | null)[];
};

export function disposeDifferentiated({ value, terms, gradients }: Differentiated): void {
  tf.dispose([value, ...Object.values(terms), ...present(gradients)]);
}

/** Makes gradients; where that fails, what it has made is freed. */
export function madeOrNothing(make: () => Differentiated): Differentiated {
  return tf.tidy(make as () => tf.TensorContainer) as Differentiated;
}

export const present = (gradients: (tf.Tensor | null)[]): tf.Tensor[] =>
  gradients.filter((gradient) => gradient !== null);
