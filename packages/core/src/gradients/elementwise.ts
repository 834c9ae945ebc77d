import * as tf from '@tensorflow/tfjs-core';

import { reluGradient } from '../kernels/relu-gradient/relu-gradient.ts';
import { constantIn, fromInput, fromOutput, type Gradient, ofPair } from './gradient.ts';

const TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

/** Derivatives of functions of one number. */
export const unaryGradients: Gradient[] = [
  fromInput('Abs', (dy, x) => tf.mul(dy, tf.sign(x))),
  fromInput('Cos', (dy, x) => tf.neg(tf.mul(dy, tf.sin(x)))),
  fromInput('Sin', (dy, x) => tf.mul(dy, tf.cos(x))),
  fromInput('Elu', (dy, x) => tf.mul(dy, tf.where(tf.greater(x, 0), tf.onesLike(x), tf.exp(x)))),
  fromInput('Erf', (dy, x) => tf.mul(dy, tf.mul(TWO_OVER_ROOT_PI, tf.exp(tf.neg(tf.square(x)))))),
  fromOutput('Exp', (dy, y) => tf.mul(dy, y)),
  fromInput('Expm1', (dy, x) => tf.mul(dy, tf.exp(x))),
  fromInput('Log', (dy, x) => tf.div(dy, x)),
  fromInput('Log1p', (dy, x) => tf.div(dy, tf.add(x, 1))),
  fromInput('LeakyRelu', (dy, x, { alpha }) => tf.mul(dy, tf.step(x, alpha))),
  { kernelName: 'Neg', gradFunc: (dy) => ({ x: () => tf.neg(dy as tf.Tensor) }) },
  fromInput('Reciprocal', (dy, x) => tf.neg(tf.div(dy, tf.square(x)))),
  fromOutput('Relu', (dy, y) => reluGradient(dy, y)), // what follows keeps y anyway
  fromInput('Relu6', (dy, x) => tf.mul(dy, tf.mul(tf.step(x), tf.step(tf.sub(6, x))))),
  fromInput('Rsqrt', (dy, x) => tf.mul(dy, tf.mul(-0.5, tf.div(tf.rsqrt(x), x)))),
  fromOutput('Sigmoid', (dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y)))),
  fromInput('Softplus', (dy, x) => tf.mul(dy, tf.sigmoid(x))),
  fromInput('Sqrt', (dy, x) => tf.mul(dy, tf.mul(0.5, tf.rsqrt(x)))),
  fromInput('Square', (dy, x) => tf.mul(dy, tf.mul(2, x))),
  fromOutput('Tanh', (dy, y) => tf.mul(dy, tf.sub(1, tf.square(y)))),
  fromInput('ClipByValue', (dy, x, { clipValueMin, clipValueMax }) => {
    const inside = tf.logicalAnd(tf.greaterEqual(x, clipValueMin), tf.lessEqual(x, clipValueMax));
    return tf.mul(dy, tf.cast(inside, 'float32'));
  }),
];

/** Derivatives of functions of two numbers that broadcast. On a tie, `maximum` and `minimum` give `a` the gradient. */
export const binaryGradients: Gradient[] = [
  ofPair(
    'Add',
    (dy) => dy,
    (dy) => dy,
  ),
  ofPair(
    'Sub',
    (dy) => dy,
    (dy) => tf.neg(dy),
  ),
  ofPair(
    'Multiply',
    (dy, _, b) => tf.mul(dy, tf.cast(b, 'float32')),
    (dy, a) => tf.mul(dy, tf.cast(a, 'float32')),
  ),
  ofPair(
    'RealDiv',
    (dy, _, b) => tf.div(dy, tf.cast(b, 'float32')),
    (dy, a, b) => tf.neg(tf.div(tf.mul(dy, tf.cast(a, 'float32')), tf.square(tf.cast(b, 'float32')))),
  ),
  ofPair(
    'SquaredDifference',
    (dy, a, b) => tf.mul(dy, tf.mul(2, tf.sub(a, b))),
    (dy, a, b) => tf.mul(dy, tf.mul(2, tf.sub(b, a))),
  ),
  ofPair(
    'Maximum',
    (dy, a, b) => tf.mul(dy, tf.cast(tf.greaterEqual(a, b), 'float32')),
    (dy, a, b) => tf.mul(dy, tf.cast(tf.less(a, b), 'float32')),
  ),
  ofPair(
    'Minimum',
    (dy, a, b) => tf.mul(dy, tf.cast(tf.lessEqual(a, b), 'float32')),
    (dy, a, b) => tf.mul(dy, tf.cast(tf.greater(a, b), 'float32')),
  ),
  ofPair(
    'Pow',
    (dy, a, b) => tf.mul(dy, tf.mul(b, tf.pow(a, tf.sub(b, 1)))),
    // ∂(a^b)/∂b = a^b ln a, and 0 where a ≤ 0
    (dy, a, b) => {
      const positive = tf.greater(a, 0);
      const safe = tf.where(positive, a, tf.onesLike(a));
      return tf.mul(dy, tf.mul(tf.pow(safe, b), tf.log(safe)));
    },
  ),
  {
    kernelName: 'AddN',
    saveAllInputs: true,
    gradFunc: (dy, saved) => Object.fromEntries(saved.map((_, i) => [String(i), () => tf.clone(dy as tf.Tensor)])),
  },
  {
    kernelName: 'Prelu',
    inputsToSave: ['x', 'alpha'],
    gradFunc: (dy, [x, alpha]) => ({
      x: () => tf.mul(dy as tf.Tensor, tf.where(tf.greater(x, 0), tf.onesLike(x), tf.mul(tf.onesLike(x), alpha))),
      alpha: () => {
        const negative = tf.mul(dy as tf.Tensor, tf.minimum(x, 0));
        const axes = tf.broadcast_util.getReductionAxes(alpha.shape, negative.shape);
        return tf.reshape(axes.length > 0 ? tf.sum(negative, axes) : negative, alpha.shape);
      },
    }),
  },
];

/** Steps and comparisons are constant almost everywhere: a threshold computed from a taped tensor passes no gradient. */
export const constantGradients: Gradient[] = [
  ...['Ceil', 'Floor', 'Round', 'Sign', 'Step', 'LogicalNot', 'IsNan', 'IsInf', 'IsFinite'].map((name) =>
    constantIn(name, 'x'),
  ),
  ...['ArgMax', 'ArgMin', 'ZerosLike', 'OnesLike'].map((name) => constantIn(name, 'x')),
  ...['Greater', 'GreaterEqual', 'Less', 'LessEqual', 'Equal', 'NotEqual', 'LogicalAnd', 'LogicalOr', 'FloorDiv'].map(
    (name) => constantIn(name, 'a', 'b'),
  ),
  constantIn('OneHot', 'indices'),
];
