import * as tf from '@tensorflow/tfjs-core';

/** Fills a parameter that no checkpoint provides. Receives the shape as held: linear [in, out], convolutions HWIO. */
export type Initializer = (shape: number[]) => tf.Tensor;

let nextSeed = 1;

/** Restarts the sequence of initial values: two models built after the same seed are equal. */
export function seedInitializers(seed: number): void {
  nextSeed = seed;
}

/** All zeros. */
export const zeros: Initializer = (shape) => tf.zeros(shape);
/** All ones. */
export const ones: Initializer = (shape) => tf.ones(shape);

/** Every element `value`. */
export const constant =
  (value: number): Initializer =>
  (shape) =>
    tf.fill(shape, value);

/** Normal distribution around zero. */
export const normal =
  (deviation: number): Initializer =>
  (shape) =>
    tf.randomNormal(shape, 0, deviation, 'float32', nextSeed++);

/** Normal distribution cut at two deviations. */
export const truncatedNormal =
  (deviation: number): Initializer =>
  (shape) =>
    tf.truncatedNormal(shape, 0, deviation, 'float32', nextSeed++);

/** Uniform in ±limit. */
export const uniform =
  (limit: number): Initializer =>
  (shape) =>
    tf.randomUniform(shape, -limit, limit, 'float32', nextSeed++);

/** Glorot & Bengio 2010, eq. 16: uniform in ±√(6 / (fan in + fan out)). */
export const xavierUniform: Initializer = (shape) => {
  const { fanIn, fanOut } = fans(shape);
  return uniform(Math.sqrt(6 / (fanIn + fanOut)))(shape);
};

/** He et al. 2015, eq. 10 by fan out: normal with deviation √(2 / fan out), as ResNets are. */
export const kaimingNormal: Initializer = (shape) => normal(Math.sqrt(2 / fans(shape).fanOut))(shape);

/** Uniform in ±√(3 / fan in): what detectron2 calls c2_xavier_fill. */
export const fanInUniform: Initializer = (shape) => uniform(Math.sqrt(3 / fans(shape).fanIn))(shape);

/** PyTorch's default for linear layers and convolutions: uniform in ±1/√(fan in). */
export const torchDefault: Initializer = (shape) => uniform(1 / Math.sqrt(fans(shape).fanIn))(shape);

/** PyTorch's default bias beside a weight of the given fan in. */
export const torchBias = (fanIn: number): Initializer => uniform(1 / Math.sqrt(fanIn));

function fans(shape: number[]): { fanIn: number; fanOut: number } {
  const area = shape.slice(0, -2).reduce((product, side) => product * side, 1);
  return { fanIn: area * (shape.at(-2) ?? 1), fanOut: area * (shape.at(-1) ?? 1) };
}
