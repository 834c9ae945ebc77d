import { type ParamStore, readTensors } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

/** Gradients by the name of the parameter or input that they are of. */
export type NamedGradients = ReadonlyMap<string, tf.Tensor | null>;

/**
 * Values of a gradient in the layout that the golden stores: parameters as checkpoints have them, maps that are inputs
 * with channels first.
 */
export async function readGradient(
  gradients: NamedGradients,
  params: ParamStore,
  name: string,
): Promise<ArrayLike<number> | undefined> {
  const gradient = gradients.get(name);
  if (!gradient) return undefined;
  const layout = params.storedLayout(name);
  const isMap = !params.trainable().has(name) && gradient.rank === 4;
  const [values] = await readTensors(() => [
    layout ? layout.intoStored(gradient) : isMap ? tf.transpose(gradient, [0, 3, 1, 2]) : tf.clone(gradient),
  ]);
  return values;
}
