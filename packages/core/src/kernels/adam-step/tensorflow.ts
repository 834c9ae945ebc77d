import * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import type { AdamStep, Attrs, Inputs } from './types.ts';

/** Elements up to which a step here costs less than the calls of TensorFlow's twelve ops, about half a millisecond: gains and biases. */
const FEW = 4096;

/** Small parameters, seven of ten, in JavaScript. */
export const adamStepTensorflow: KernelBody<Inputs, Attrs> = ({ norm, ...inputs }, step) => {
  if (inputs.parameter.size > FEW) return null;
  const { parameter, gradient, first, second } = inputs;
  const [theta, m, v] = [parameter, first, second].map((tensor) => Float32Array.from(tensor.dataSync()));
  const clip =
    step.clipNorm === Number.POSITIVE_INFINITY ? 1 : Math.min(1, step.clipNorm / (norm.dataSync()[0]! + 1e-6));
  advance(theta!, gradient.dataSync() as Float32Array, [m!, v!], clip, step);
  return [theta!, m!, v!].map((values) => tf.tensor(values, parameter.shape));
};

/** In place, as `adamStep` says. */
function advance(
  theta: Float32Array,
  gradient: Float32Array,
  [m, v]: [Float32Array, Float32Array],
  clip: number,
  { beta1, beta2, epsilon, decay, rate, rootScale }: AdamStep,
): void {
  for (let i = 0; i < theta.length; i++) {
    const g = gradient[i]! * clip;
    m[i] = m[i]! * beta1 + g * (1 - beta1);
    v[i] = v[i]! * beta2 + g * g * (1 - beta2);
    const root = rootScale === null ? 1 : Math.sqrt(v[i]!) * rootScale + epsilon;
    theta[i] = theta[i]! * (1 - decay) - (m[i]! * rate) / root;
  }
}
