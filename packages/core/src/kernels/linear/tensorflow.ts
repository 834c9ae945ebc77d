import type { KernelBody } from '../define-kernel.ts';
import type { GraphNode } from '../tensorflow/graph-def.ts';
import { input, joined, node, partOf, reshaped, rowsOf, shapeOf, withoutLast } from '../tensorflow/graph-nodes.ts';
import { runProgram } from '../tensorflow/programs.ts';
import type { Attrs, GradientAttrs, GradientInputs, Inputs } from './types.ts';

/** TensorFlow's product, bias and activation in one call, on whatever axes come before the last. */
export const linearTensorflow: KernelBody<Inputs, Attrs> = ({ x, weight, bias }, { activation }, backend) => {
  if (x.size === 0) return null;
  const inputs = { x, weight, ...(bias && { bias }) };
  const key = bias === undefined ? 'linear' : 'linear with bias';
  return runProgram(backend, key, () => linearGraph(bias !== undefined), inputs, [activation])?.[0] ?? null;
};

/** Both activations of a product, of which a call takes one. */
function linearGraph(hasBias: boolean): GraphNode[] {
  const sum = hasBias
    ? [input('bias'), node('sum', 'BiasAdd', ['product', 'bias'])]
    : [node('sum', 'Identity', ['product'])];
  return [
    ...[input('x'), input('weight'), ...widthsOf('weight'), ...rowsOf('rows', 'x', 'in')],
    ...[node('product', 'MatMul', ['rows', 'weight']), ...sum, node('positive', 'Relu', ['sum'])],
    ...[shapeOf('shape', 'x'), ...withoutLast('leading', 'shape'), ...joined('shape/y', ['leading', 'out'])],
    ...[reshaped('linear', 'sum', 'shape/y'), reshaped('relu', 'positive', 'shape/y')],
  ];
}

/** The three gradients in one call: on two threads, two products at the same time. */
export const linearGradientTensorflow: KernelBody<GradientInputs, GradientAttrs> = (
  { dy, x, weight, y },
  { activation, of },
  backend,
) => {
  if (x.size === 0) return null;
  const isRelu = activation === 'relu';
  const inputs = { dy, x, weight, ...(isRelu && { y: y! }) };
  const outputs = of.map((name) => `gradient/${name}`);
  return runProgram(backend, `gradient of linear, ${activation}`, () => gradientGraph(isRelu), inputs, outputs);
};

function gradientGraph(isRelu: boolean): GraphNode[] {
  const before = isRelu ? [input('y'), node('all', 'ReluGrad', ['dy', 'y'])] : [node('all', 'Identity', ['dy'])];
  return [
    ...[input('dy'), input('x'), input('weight'), ...before, ...widthsOf('weight'), shapeOf('shape', 'x')],
    ...[...rowsOf('rows', 'x', 'in'), ...rowsOf('before', 'all', 'out')],
    node('product', 'MatMul', ['before', 'weight'], { transpose_b: { bool: true } }),
    reshaped('gradient/x', 'product', 'shape'),
    node('gradient/weight', 'MatMul', ['rows', 'before'], { transpose_a: { bool: true } }),
    node('gradient/bias', 'BiasAddGrad', ['before']),
  ];
}

/** Vectors `in` and `out`, the sides of a matrix [in, out]. */
function widthsOf(weight: string): GraphNode[] {
  return [shapeOf('widths', weight), ...partOf('in', 'widths', 0, 1), ...partOf('out', 'widths', 1, 1)];
}
