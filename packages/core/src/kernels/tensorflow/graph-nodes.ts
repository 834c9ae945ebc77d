import { FLOAT, type GraphAttr, type GraphNode, INT32 } from './graph-def.ts';

const T: GraphAttr = { type: FLOAT };
const INDEX: GraphAttr = { type: INT32 };

/** A tensor of any shape that a call brings. */
export function input(name: string, elements: number = FLOAT): GraphNode {
  return { name, op: 'Placeholder', inputs: [], attrs: { dtype: { type: elements } } };
}

/** An op on float tensors. */
export function node(name: string, op: string, inputs: string[], attrs: Record<string, GraphAttr> = {}): GraphNode {
  return { name, op, inputs, attrs: { T, ...attrs } };
}

/** Numbers that a graph brings itself, of one of the types of graph-def.ts. */
export function constant(
  name: string,
  { buffer, byteOffset, byteLength }: ArrayBufferView,
  elements: number,
  dims: readonly number[],
): GraphNode {
  const content = new Uint8Array(buffer, byteOffset, byteLength).slice();
  return { name, op: 'Const', inputs: [], attrs: { dtype: { type: elements }, value: { content, elements, dims } } };
}

/** Integers that a graph brings itself. */
export function integers(
  name: string,
  numbers: readonly number[],
  dims: readonly number[] = [numbers.length],
): GraphNode {
  return constant(name, Int32Array.from(numbers), INT32, dims);
}

/** The shape of a tensor. */
export function shapeOf(name: string, of: string): GraphNode {
  return node(name, 'Shape', [of], { out_type: INDEX });
}

/**
 * A tensor [..., C] as the rows of a matrix.
 *
 * @param channels Name of an integer vector [C]
 */
export function rowsOf(name: string, of: string, channels: string): GraphNode[] {
  return [
    integers(`${name}/any`, [-1]),
    ...joined(`${name}/shape`, [`${name}/any`, channels]),
    reshaped(name, of, `${name}/shape`),
  ];
}

/** Vectors of integers, one behind the other. */
export function joined(name: string, parts: string[]): GraphNode[] {
  const axis = integers(`${name}/axis`, [0], []);
  const attrs = { T: INDEX, N: { int: parts.length }, Tidx: INDEX };
  return [axis, { name, op: 'ConcatV2', inputs: [...parts, axis.name], attrs }];
}

/** Some of a vector of integers. @param size −1 for all that follow */
export function partOf(name: string, of: string, begin: number, size: number): GraphNode[] {
  const [first, count] = [integers(`${name}/begin`, [begin]), integers(`${name}/size`, [size])];
  const attrs = { T: INDEX, Index: INDEX };
  return [first, count, { name, op: 'Slice', inputs: [of, first.name, count.name], attrs }];
}

/** A vector of integers without its last. */
export function withoutLast(name: string, of: string): GraphNode[] {
  const places = { begin: [0], end: [-1], strides: [1] };
  const ends = Object.entries(places).map(([end, place]) => integers(`${name}/${end}`, place));
  const attrs = { T: INDEX, Index: INDEX, begin_mask: { int: 1 } };
  return [...ends, { name, op: 'StridedSlice', inputs: [of, ...ends.map((end) => end.name)], attrs }];
}

/** The tensor under another shape. */
export function reshaped(name: string, of: string, shape: string): GraphNode {
  return node(name, 'Reshape', [of, shape], { Tshape: INDEX });
}
