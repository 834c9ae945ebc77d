import { NCHW } from '../graph/axes.ts';
import type { OnnxBody } from './onnx-body.ts';

export const layerNorm: OnnxBody = (graph, { x, gain, bias }, { epsilon }, [y]) => {
  const operands = [x, gain, bias].map((each) => graph.request(each));
  graph.define(y, graph.node('LayerNormalization', operands, { axis: -1, epsilon: { float: epsilon } }));
};

/** A group is an instance of [B, G, C/G · H · W]; ONNX's own group norm was wrong until opset 21. */
export const groupNorm: OnnxBody = (graph, { x, gain, bias }, { groups, epsilon }, [y]) => {
  const [batch, height, width, channels] = x.shape;
  const shape = graph.integers([batch, groups, (channels / groups) * height * width]);
  const grouped = graph.node('Reshape', [graph.request(x, x.shape, NCHW), shape]);
  const [ones, zeros] = [1, 0].map((value) => graph.floats(Array(groups).fill(value), [groups]));
  const normal = graph.node('InstanceNormalization', [grouped, ones, zeros], { epsilon: { float: epsilon } });
  const map = graph.node('Reshape', [normal, graph.integers([batch, channels, height, width])]);
  const [scale, shift] = [gain, bias].map((each) => graph.request(each, [channels, 1, 1]));
  graph.define(y, graph.node('Add', [graph.node('Mul', [map, scale]), shift]), y.shape, NCHW);
};
