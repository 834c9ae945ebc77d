import { ANYTHING, expectOptions } from '@seg/checkpoint/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { expectTensors } from '../../expect-options.ts';
import { together } from '../../gradients/wished.ts';
import { expectShapes } from '../../shape.ts';
import { defineKernel } from '../define-kernel.ts';
import { fusedLinear } from '../fused-linear/fused-linear.ts';
import { A_DIM, A_PADDING, A_STRIDE, AN_ACTIVATION } from '../layer-checks.ts';
import type { Activation } from '../linear/types.ts';
import { expectRoom, paddingOf, pairOf, sidesUnder } from '../map-layout.ts';
import { mayAddInConvolution, mayFuse } from '../may-fuse.ts';
import { isRecorded } from '../recorded.ts';
import { reluGradient } from '../relu-gradient/relu-gradient.ts';
import { sumRows } from '../sum-rows/sum-rows.ts';
import { filterGradient, inputGradient } from './gradient.ts';
import type { Attrs, Conv2DOptions, FusedInputs, GradientsAttrs, GradientsInputs, Inputs } from './types.ts';
import { conv2dWasm } from './wasm.ts';

const OPTIONS = {
  strides: A_STRIDE,
  padding: A_PADDING,
  dilation: A_DIM,
  groups: A_DIM,
  scale: ANYTHING,
  bias: ANYTHING,
  added: ANYTHING,
  activation: AN_ACTIVATION,
};

/**
 * Convolution of a map with zeros around it, bias and activation in one step.
 *
 * @param x [B, H, W, in]
 * @param filter [height, width, in / groups, out]
 * @returns [B, H', W', out]
 */
export function conv2d(x: tf.Tensor4D, filter: tf.Tensor4D, options: Conv2DOptions = {}): tf.Tensor4D {
  expectTensors('conv2d', { x, filter });
  expectOptions('conv2d', options, OPTIONS);
  const { strides = 1, padding = 0, dilation = 1, groups = 1, scale, bias, added, activation = 'linear' } = options;
  const attrs = { strides: pairOf(strides), padding: paddingOf(padding), dilation, activation };
  expectFitting(x, filter, options);
  if (added !== undefined && scale === undefined && isProduct(filter, options) && mayFuse()) {
    return tf.tidy(() => {
      const weight = tf.reshape(filter, filter.shape.slice(2) as [number, number]);
      return fusedLinear({ x, weight, bias, residual: added }, activation);
    });
  }
  if (added !== undefined && !(groups === 1 && mayAddInConvolution())) {
    const alone: Conv2DOptions = { ...options, added: undefined, activation: 'linear' };
    return tf.tidy(() => activated(tf.add(conv2d(x, filter, alone), added), activation));
  }
  if (added !== undefined || (scale !== undefined && groups === 1 && scalesInPlace() && !isRecorded())) {
    return fusedConv2dKernel({ x, filter, scale, bias, added }, attrs) as tf.Tensor4D;
  }
  if (scale !== undefined) return tf.tidy(() => conv2d(x, tf.mul(filter, scale), { ...options, scale: undefined }));
  if (groups === 1) return conv2dKernel({ x, filter, bias }, attrs) as tf.Tensor4D;
  return tf.tidy(() => {
    const [maps, filters] = [tf.split<tf.Tensor4D>(x, groups, 3), tf.split<tf.Tensor4D>(filter, groups, 3)];
    const biases = bias === undefined ? [] : tf.split(bias, groups);
    const parts = maps.map((map, i) => conv2dKernel({ x: map, filter: filters[i], bias: biases[i] }, attrs));
    return tf.concat(parts as tf.Tensor4D[], 3);
  });
}

/** Refuses tensors that do not go together, and maps that the filter does not fit into. */
function expectFitting(x: tf.Tensor4D, filter: tf.Tensor4D, options: Conv2DOptions): void {
  const { strides = 1, padding = 0, dilation = 1, groups = 1, scale, bias, added } = options;
  const vector = (tensor?: tf.Tensor) => [tensor, ['out']] as const;
  expectShapes('conv2d', {
    ...{ filter: [filter, ['h', 'w', 'in', 'out']], x: [x, ['B', 'H', 'W', groups * filter.shape[2]]] },
    ...{ bias: vector(bias), scale: vector(scale) },
  });
  const sliding = { strides: pairOf(strides), padding: paddingOf(padding), dilations: pairOf(dilation) };
  expectRoom('conv2d', x.shape, filter.shape, sliding);
  const shape = [x.shape[0], ...sidesUnder(x.shape, filter.shape, sliding), filter.shape[3]];
  expectShapes('conv2d', { added: [added, shape] });
}

/** True for a convolution that is a product of every pixel with one matrix. */
function isProduct(filter: tf.Tensor4D, { strides = 1, padding = 0, groups = 1 }: Conv2DOptions): boolean {
  const sides = [filter.shape[0], filter.shape[1], ...pairOf(strides), groups];
  return (
    sides.every((side) => side === 1) &&
    paddingOf(padding)
      .flat()
      .every((side) => side === 0)
  );
}

/** The meaning of {@link conv2d} without groups, in plain ops. */
export function conv2dReference({ x, filter, bias }: Inputs, attrs: Attrs): tf.Tensor4D {
  const { strides, padding, dilation, activation } = attrs;
  if (dilation > 1 && Math.max(...strides) > 1) return dilatedAndStrided({ x, filter, bias }, attrs);
  const pad = padding.flat().every((side) => side === 0)
    ? 'valid'
    : ([[0, 0], ...padding, [0, 0]] as tf.backend_util.ExplicitPadding);
  if (dilation === 1) return tf.fused.conv2d({ x, filter, strides, pad, bias, activation });
  const y = tf.conv2d(x, filter, strides, pad, 'NHWC', dilation);
  return activated(bias === undefined ? y : tf.add(y, bias), activation);
}

/** tfjs refuses both at once: convolve at every pixel, then keep each stride-th. */
function dilatedAndStrided(inputs: Inputs, attrs: Attrs): tf.Tensor4D {
  const dense = conv2dReference(inputs, { ...attrs, strides: [1, 1] });
  const [vertical, horizontal] = attrs.strides;
  return tf.stridedSlice(dense, [0, 0, 0, 0], dense.shape, [1, vertical, horizontal, 1]) as tf.Tensor4D;
}

function activated(x: tf.Tensor4D, activation: Activation): tf.Tensor4D {
  return activation === 'relu' ? tf.relu(x) : x;
}

/** True where a convolution takes in factors of its channels at no cost, so that no multiplied filter need be kept. */
export function scalesInPlace(): boolean {
  return tf.getBackend() === 'wasm';
}

/** Inference only: {@link conv2d} multiplies the filter, and adds by an op, where a gradient may be asked for. */
const fusedConv2dKernel = defineKernel<FusedInputs, Attrs>({
  name: 'SegScaledConv2D',
  reference: fusedConv2dReference,
  bodies: { wasm: conv2dWasm },
  gradient: 'none',
});

/** The meaning of {@link conv2d} with factors and what is added, in plain ops. */
function fusedConv2dReference({ filter, scale, added, ...inputs }: FusedInputs, attrs: Attrs): tf.Tensor4D {
  const scaled = scale === undefined ? filter : tf.mul<tf.Tensor4D>(filter, scale);
  if (added === undefined) return conv2dReference({ ...inputs, filter: scaled }, attrs);
  const y = conv2dReference({ ...inputs, filter: scaled }, { ...attrs, activation: 'linear' });
  return activated(tf.add(y, added), attrs.activation);
}

const conv2dKernel = defineKernel<Inputs, Attrs>({
  name: 'SegConv2D',
  reference: conv2dReference,
  bodies: { wasm: conv2dWasm },
  saves: ['x', 'filter'],
  readsOutput: ({ activation }) => activation === 'relu',
  gradient: (dy, { x, filter }, attrs, y) => {
    const inputs = { dy, x, filter, y } as GradientsInputs;
    return together(['x', 'filter', 'bias'], (of) => gradientsKernel(inputs, { ...attrs, of }) as tf.Tensor[]);
  },
});

/** Gradients of {@link conv2d}, one by one. */
export function conv2dGradientsReference({ dy, x, filter, y }: GradientsInputs, attrs: GradientsAttrs): tf.Tensor[] {
  const before = attrs.activation === 'relu' ? reluGradient(dy, y!) : dy;
  const gradients = {
    x: () => inputGradient(before, filter, x.shape, attrs),
    filter: () => filterGradient(before, x, filter.shape, attrs),
    bias: () => sumRows(before, filter.shape[3]),
  };
  return attrs.of.map((input) => gradients[input]());
}

const gradientsKernel = defineKernel<GradientsInputs, GradientsAttrs>({
  name: 'SegConv2DGradients',
  reference: conv2dGradientsReference,
  gradient: 'none',
});
