import * as tf from '@tensorflow/tfjs-core';

/** One entry of tfjs's gradient registry: the derivative of one kernel. */
export type Gradient = tf.GradConfig;

/** Derivatives by the name of the input, computed only for inputs that need them. */
export type InputGradients = Record<string, () => tf.Tensor>;

/** Sums a gradient over the axes along which an operand of the given shape was broadcast. */
export function sumToShape(gradient: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, gradient.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(gradient, axes) : gradient, shape);
}

/** A gradient from the one saved input `x`. */
export function fromInput(
  kernelName: string,
  derive: (dy: tf.Tensor, x: tf.Tensor, attrs: Attributes) => tf.Tensor,
  input = 'x',
): Gradient {
  return {
    kernelName,
    inputsToSave: [input],
    gradFunc: (dy, [x], attrs) => ({ [input]: () => derive(dy as tf.Tensor, x, attrs) }),
  };
}

/** A gradient from the saved output, input `x`. */
export function fromOutput(
  kernelName: string,
  derive: (dy: tf.Tensor, y: tf.Tensor, attrs: Attributes) => tf.Tensor,
  input = 'x',
): Gradient {
  return {
    kernelName,
    outputsToSave: [true],
    gradFunc: (dy, [y], attrs) => ({ [input]: () => derive(dy as tf.Tensor, y, attrs) }),
  };
}

/** A gradient of a kernel with inputs `a` and `b` that broadcast. */
export function ofPair(
  kernelName: string,
  deriveA: (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  deriveB: (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
): Gradient {
  return {
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, [a, b]) => ({
      a: () => sumToShape(deriveA(dy as tf.Tensor, a, b), a.shape),
      b: () => sumToShape(deriveB(dy as tf.Tensor, a, b), b.shape),
    }),
  };
}

/** A kernel that is constant almost everywhere: zeros for each of its inputs. */
export function constantIn(kernelName: string, ...inputs: string[]): Gradient {
  return {
    kernelName,
    inputsToSave: inputs,
    gradFunc: (_, saved) =>
      Object.fromEntries(inputs.map((input, i) => [input, () => tf.zeros(saved[i].shape, 'float32')])),
  };
}

/** Attributes of a kernel call; each gradient knows the ones of its kernel. */
// biome-ignore lint/suspicious/noExplicitAny: tfjs types them as a bag of unknown values
export type Attributes = Record<string, any>;
