import { expectValue, oneOf } from '@seg/checkpoint/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { gelu } from '../kernels/gelu/gelu.ts';

/** √(2/π) of the approximate GELU. Hendrycks & Gimpel 2016, section 2. */
const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
/** Weight 0.044715 of the cubic term in the approximate GELU. Hendrycks & Gimpel 2016, section 2. */
const CUBIC = 0.044715;
/** Slope 1.702 of GELU's sigmoid approximation. Hendrycks & Gimpel 2016, section 2. */
const QUICK = 1.702;
/** Slope 0.01 below zero, PyTorch's default. Maas et al. 2013, section 2. */
const LEAK = 0.01;

const FUNCTIONS = {
  linear: (x) => tf.clone(x),
  relu: (x) => tf.relu(x),
  relu6: (x) => tf.relu6(x),
  'leaky-relu': (x) => tf.sub(tf.relu(x), tf.mul(LEAK, tf.relu(tf.neg(x)))),
  'squared-relu': (x) => tf.square(tf.relu(x)),
  gelu: (x) => gelu(x),
  'gelu-tanh': (x) => {
    const inner = tf.mul(tf.mul(x, SQRT_2_OVER_PI), tf.add(1, tf.mul(CUBIC, tf.square(x))));
    return tf.mul(tf.mul(0.5, x), tf.add(1, tf.tanh(inner)));
  },
  'quick-gelu': (x) => tf.mul(x, tf.sigmoid(tf.mul(QUICK, x))),
  silu: (x) => tf.mul(x, tf.sigmoid(x)),
  // x · relu6(x + 3) / 6. Howard et al. 2019, section 5.2
  'hard-swish': (x) => tf.mul(x, tf.div(tf.relu6(tf.add(x, 3)), 6)),
  // x · tanh(log(1 + exp x)), the logarithm so that exp never overflows. Misra 2019, eq. 1
  mish: (x) => tf.mul(x, tf.tanh(tf.add(tf.relu(x), tf.log(tf.add(1, tf.exp(tf.neg(tf.abs(x)))))))),
  sigmoid: (x) => tf.sigmoid(x),
  tanh: (x) => tf.tanh(x),
} satisfies Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>>;

/** Name of a function that follows a layer, without parameters of its own. */
export type ActivationName = keyof typeof FUNCTIONS;

/** Every {@link ActivationName}. */
export const ACTIVATIONS = Object.keys(FUNCTIONS) as readonly ActivationName[];

/** Names of functions, checked. */
export const AN_ACTIVATION = oneOf(...ACTIVATIONS);

/** Applies the function of a name to every element. @param x [...] @returns [...] */
export function activate<T extends tf.Tensor>(x: T, name: ActivationName): T {
  expectValue('activate', 'name', name, AN_ACTIVATION);
  return tf.tidy(() => FUNCTIONS[name](x) as T);
}
