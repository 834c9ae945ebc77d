import * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { type Padding2D, padOrCrop, type Shape4D } from '../map-layout.ts';
import { type GraphAttr, type GraphNode, INT32 } from '../tensorflow/graph-def.ts';
import { input, integers, node, shapeOf } from '../tensorflow/graph-nodes.ts';
import { runProgram } from '../tensorflow/programs.ts';
import type {
  Attrs,
  ConvolutionShape,
  FilterGradientInputs,
  FusedInputs,
  GradientAttrs,
  GradientsAttrs,
  GradientsInputs,
  InputGradientInputs,
} from './types.ts';

/** Convolution, bias, what is added and activation in one call. */
export const conv2dTensorflow: KernelBody<FusedInputs, Attrs> = ({ x, filter, scale, bias, added }, attrs, backend) => {
  if (attrs.dilation !== 1 || x.size === 0 || scale !== undefined) return null;
  const inputs = { x, filter, ...(bias && { bias }), ...(added && { added }) };
  const key = `conv2d ${keyOf(attrs)} ${Object.keys(inputs)}`;
  const graph = () => convolutionGraph(attrs, bias !== undefined, added !== undefined);
  return runProgram(backend, key, graph, inputs, [attrs.activation])?.[0] ?? null;
};

function convolutionGraph({ strides, padding }: ConvolutionShape, hasBias: boolean, hasAdded: boolean): GraphNode[] {
  const explicit = { padding: { text: 'EXPLICIT' }, explicit_paddings: { ints: [0, 0, ...padding.flat(), 0, 0] } };
  const kind = isNone(padding) ? { padding: { text: 'VALID' } } : explicit;
  const attrs: Record<string, GraphAttr> = { strides: stridesOf(strides), ...kind };
  return [
    ...[input('x'), input('filter'), node('map', 'Conv2D', ['x', 'filter'], attrs)],
    ...(hasBias ? [input('bias'), node('sum', 'BiasAdd', ['map', 'bias'])] : [node('sum', 'Identity', ['map'])]),
    ...(hasAdded ? [input('added'), node('linear', 'AddV2', ['sum', 'added'])] : [node('linear', 'Identity', ['sum'])]),
    node('relu', 'Relu', ['linear']),
  ];
}

/** All gradients of a convolution in one call: on two threads, those of map and filter at the same time. */
export const conv2dGradientsTensorflow: KernelBody<GradientsInputs, GradientsAttrs> = (
  { dy, x, filter, y },
  attrs,
  backend,
) => {
  if (attrs.dilation !== 1 || x.size === 0) return null;
  const isSame = keepsSides(filter, attrs);
  const isRelu = attrs.activation === 'relu';
  const key = `gradients of conv2d ${keyOf(attrs)} ${isSame} ${isRelu}`;
  const inputs = { dy, x, filter, ...(isRelu && { y: y! }) };
  const outputs = attrs.of.map((name) => `gradient/${name}`);
  return runProgram(backend, key, () => gradientsGraph(attrs, isSame, isRelu), inputs, outputs);
};

/** TensorFlow's gradients take the padding that keeps the sides, or none: for any other the map is padded, its gradient cropped. */
function gradientsGraph({ strides, padding }: ConvolutionShape, isSame: boolean, isRelu: boolean): GraphNode[] {
  const attrs = { strides: stridesOf(strides), padding: { text: isSame ? 'SAME' : 'VALID' } };
  const before = isRelu ? [input('y'), node('before', 'ReluGrad', ['dy', 'y'])] : [node('before', 'Identity', ['dy'])];
  const asIs = isSame || isNone(padding);
  const framed = [
    integers('frame', [0, 0, ...padding.flat(), 0, 0], [4, 2]),
    integers('first', [0, padding[0][0], padding[1][0], 0]),
    node('padded', 'Pad', ['x', 'frame'], { Tpaddings: { type: INT32 } }),
    node('gradient/x', 'Slice', ['gradient/padded', 'first', 'sizes'], { Index: { type: INT32 } }),
  ];
  const map = asIs ? 'x' : 'padded';
  return [
    ...[input('dy'), input('x'), input('filter'), ...before, shapeOf('sizes', 'x'), ...(asIs ? [] : framed)],
    ...[shapeOf('map/sizes', map), shapeOf('filter/sizes', 'filter')],
    node(`gradient/${map}`, 'Conv2DBackpropInput', ['map/sizes', 'filter', 'before'], attrs),
    node('gradient/filter', 'Conv2DBackpropFilter', [map, 'filter/sizes', 'before'], attrs),
    node('gradient/bias', 'BiasAddGrad', ['before']),
  ];
}

const stridesOf = ([rows, columns]: [number, number]): GraphAttr => ({ ints: [1, rows, columns, 1] });

const isNone = (padding: Padding2D): boolean => padding.flat().every((side) => side === 0);

const keyOf = ({ strides, padding }: ConvolutionShape): string => `${strides} ${padding}`;

/** True where the map keeps its sides, half of the filter's reach being on each of them. */
function keepsSides({ shape }: tf.Tensor4D, { strides, padding }: ConvolutionShape): boolean {
  return padding.every(([begin, end], side) => strides[side] === 1 && begin === end && 2 * begin === shape[side]! - 1);
}

/** TensorFlow's own gradient, on a map padded beforehand: its kernel takes no explicit padding. */
export const inputGradientTensorflow: KernelBody<InputGradientInputs, GradientAttrs> = (
  { dy, filter },
  { strides, padding: [rows, columns], dilation, shape },
) => {
  if (dilation !== 1) return null;
  const [batch, height, width, channels] = shape;
  const inputShape: Shape4D = [batch, height + rows[0] + rows[1], width + columns[0] + columns[1], channels];
  return tf.tidy(() => {
    const attrs = { strides, pad: 'valid', dataFormat: 'NHWC', inputShape };
    const padded = tf.engine().runKernel('Conv2DBackpropInput', { dy, filter }, attrs as never) as tf.Tensor4D;
    return padOrCrop(padded, [-rows[0], -rows[1]], [-columns[0], -columns[1]]);
  });
};

/** As {@link inputGradientTensorflow}, for the filter. */
export const filterGradientTensorflow: KernelBody<FilterGradientInputs, GradientAttrs> = (
  { dy, x },
  { strides, padding, dilation, shape },
) => {
  if (dilation !== 1) return null;
  return tf.tidy(() => {
    const attrs = { strides, pad: 'valid', dataFormat: 'NHWC', filterShape: shape };
    const padded = padOrCrop(x, padding[0], padding[1]);
    return tf.engine().runKernel('Conv2DBackpropFilter', { x: padded, dy }, attrs as never) as tf.Tensor4D;
  });
};
