import type * as tf from '@tensorflow/tfjs-core';

import { identity } from '../graph/axes.ts';
import type { OnnxBody } from './onnx-body.ts';

export const linear: OnnxBody = (graph, { x, weight, bias }, { activation }, [y]) => {
  const operands = [graph.request(x), graph.request(weight), ...(bias === undefined ? [] : [graph.request(bias)])];
  const result = graph.node(bias === undefined ? 'MatMul' : 'Gemm', operands);
  graph.define(y, activation === 'relu' ? graph.node('Relu', [result]) : result);
};

export const product: OnnxBody = (graph, { a, b }, { transposeA, transposeB }, [y]) => {
  const operand = (x: tf.Tensor, isTransposed: boolean) =>
    graph.request(x, x.shape, isTransposed ? lastTwoSwapped(x.rank) : undefined);
  graph.define(y, graph.node('MatMul', [operand(a, transposeA), operand(b, transposeB)]));
};

function lastTwoSwapped(rank: number): number[] {
  return [...identity(rank - 2), rank - 1, rank - 2];
}
