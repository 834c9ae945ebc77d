import * as tf from '@tensorflow/tfjs-core';

import { NCHW, permuted } from '../graph/axes.ts';
import type { Attribute } from '../graph/onnx-graph.ts';
import type { OnnxBody } from './onnx-body.ts';

export const convolution: OnnxBody = (graph, { x, filter, bias }, { strides, padding, dilation, activation }, [y]) => {
  const operands = [graph.request(x, x.shape, NCHW), graph.request(filter, filter.shape, [3, 2, 0, 1])];
  if (bias !== undefined) operands.push(graph.request(bias));
  const [[top, bottom], [left, right]] = padding;
  const [height, width] = filter.shape;
  const result = graph.node('Conv', operands, {
    kernel_shape: [height, width],
    strides,
    pads: [top, left, bottom, right],
    dilations: [dilation, dilation],
  });
  graph.define(y, activation === 'relu' ? graph.node('Relu', [result]) : result, y.shape, NCHW);
};

/** The factors are in the filter of the graph. */
export const scaledConvolution: OnnxBody = (graph, { filter, scale, ...inputs }, attrs, outputs) => {
  tf.tidy(() => convolution(graph, { ...inputs, filter: tf.mul(filter, scale) }, attrs, outputs));
};

export const depthwise: OnnxBody = (graph, { x, filter }, { strides, pad, dilations, dimRoundingMode }, [y]) => {
  const [height, width, channels, multiplier] = filter.shape;
  const sizes = [x.shape, filter.shape, strides, dilations, pad, dimRoundingMode, true] as unknown;
  const { padInfo } = tf.backend_util.computeConv2DInfo(
    ...(sizes as Parameters<typeof tf.backend_util.computeConv2DInfo>),
  );
  const grouped = graph.node('Reshape', [
    graph.request(filter, filter.shape, [2, 3, 0, 1]),
    graph.integers([channels * multiplier, 1, height, width]),
  ]);
  const result = graph.node('Conv', [graph.request(x, x.shape, NCHW), grouped], {
    kernel_shape: [height, width],
    strides: pairOf(strides),
    pads: [padInfo.top, padInfo.left, padInfo.bottom, padInfo.right],
    dilations: pairOf(dilations),
    group: channels,
  });
  graph.define(y, result, y.shape, NCHW);
};

export const maxPool: OnnxBody = (graph, { x }, { size, strides, padding }, [y]) => {
  const [[top, bottom], [left, right]] = padding;
  const attributes = { kernel_shape: size, strides, pads: [top, left, bottom, right] };
  graph.define(y, graph.node('MaxPool', [graph.request(x, x.shape, NCHW)], attributes), y.shape, NCHW);
};

export function resize(mode: 'linear' | 'nearest'): OnnxBody {
  return (graph, { images }, { alignCorners, halfPixelCenters }, [y]) => {
    const centers = alignCorners ? 'align_corners' : halfPixelCenters ? 'half_pixel' : 'asymmetric';
    const attributes: Record<string, Attribute> = { mode, coordinate_transformation_mode: centers };
    if (mode === 'nearest') attributes.nearest_mode = alignCorners ? 'round_prefer_ceil' : 'floor';
    const sizes = graph.integers(permuted(y.shape, NCHW));
    const result = graph.node('Resize', [graph.request(images, images.shape, NCHW), '', '', sizes], attributes);
    graph.define(y, result, y.shape, NCHW);
  };
}

function pairOf(value: number | [number, number]): [number, number] {
  return typeof value === 'number' ? [value, value] : value;
}
