import { init, ParamStore, Tape } from '@seg/core';
import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { buildModel } from '../src/systems/systems.ts';
import { TINY_DESCRIPTIONS } from './tiny-descriptions.ts';

/** Systems whose layers keep what they derive of parameters: folded norms, parts of matrices, tables of positions. */
const SYSTEMS = ['maskformer', 'solov2', 'panoptic_segformer', 'max-deeplab'];

/** Keys that a loss on all outputs has no gradient for. */
function withoutGradient(params: ParamStore, forward: () => unknown): string[] {
  const tape = new Tape();
  const outputs = tape.record(() => floatsOf(forward()));
  const variables = [...params.trainable()];
  const loss = () => tf.addN(outputs.map((y) => tf.sum(tf.square(y)))) as tf.Scalar;
  const { value, gradients } = tape.gradients(loss, variables.map(([, variable]) => variable)); // biome-ignore format: one step
  tf.dispose([value, ...outputs, ...gradients.filter((gradient) => gradient !== null)]);
  return variables.filter((_, i) => gradients[i] === null).map(([key]) => key);
}

function floatsOf(part: unknown): tf.Tensor[] {
  if (part instanceof tf.Tensor) return part.dtype === 'float32' ? [part] : [];
  return part !== null && typeof part === 'object' ? Object.values(part).flatMap(floatsOf) : [];
}

onEveryBackend('gradients outside of training', () => {
  test.each(SYSTEMS)('%s: of the same parameters as in training, also behind passes that kept', (system) => {
    init.seedInitializers(1);
    const { config } = TINY_DESCRIPTIONS[system];
    const params = new ParamStore();
    const { network, dispose } = buildModel(params, config);
    const side = system === 'max-deeplab' ? 33 : 32;
    const pixels = tf.randomNormal([1, side, side, 3], 0, 1, 'float32', 2) as tf.Tensor4D;
    const forward = () => network.forward(pixels);
    tf.dispose(forward() as tf.TensorContainer); // which keeps what it derives
    const outside = withoutGradient(params, forward);
    const within = withoutGradient(params, () => params.train(forward));
    expect(outside).toEqual(within);
    expect(within.length).toBeLessThan(params.trainable().size / 2);
    pixels.dispose();
    dispose();
  });
});
