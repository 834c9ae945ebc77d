/** Number of float32 in TensorFlow's types.proto. */
export const FLOAT = 1;
/** Number of int32 there. */
export const INT32 = 3;

/** Attribute of a node. `type` and `elements` are numbers of types.proto. */
export type GraphAttr =
  | { type: number }
  | { bool: boolean }
  | { int: number }
  | { ints: readonly number[] }
  | { text: string }
  | { float: number }
  | { dims: readonly number[] }
  | { content: Uint8Array; elements: number; dims: readonly number[] };

/** Node of a graph of TensorFlow's: an op by its name, and the names of what it reads. */
export type GraphNode = { name: string; op: string; inputs: readonly string[]; attrs: Record<string, GraphAttr> };

/** 1087: the version of graphs that TensorFlow 2.10 writes, of which every op here is older. */
const PRODUCER = 1087;

/** Encodes a graph as `saved_model.pb`, without signatures. Field numbers are those of TensorFlow's messages. */
export function encodeGraph(nodes: readonly GraphNode[]): Uint8Array {
  const graph = [...nodes.map((node) => bytes(1, encodeNode(node))), bytes(4, integer(1, PRODUCER))];
  const serving = [bytes(1, text(4, 'serve')), bytes(2, graph.flat())];
  return Uint8Array.from([...integer(1, 1), ...bytes(2, serving.flat())]);
}

function encodeNode({ name, op, inputs, attrs }: GraphNode): number[] {
  const pairs = Object.entries(attrs).map(([key, attr]) => [...text(1, key), ...bytes(2, encodeAttr(attr))]);
  const read = inputs.map((input) => text(3, input));
  return [text(1, name), text(2, op), ...read, ...pairs.map((pair) => bytes(5, pair))].flat();
}

function encodeAttr(attr: GraphAttr): number[] {
  if ('text' in attr) return text(2, attr.text);
  if ('int' in attr) return integer(3, attr.int);
  if ('bool' in attr) return integer(5, attr.bool ? 1 : 0);
  if ('type' in attr) return integer(6, attr.type);
  if ('ints' in attr) return bytes(1, attr.ints.flatMap((value) => integer(3, value))); // biome-ignore format: one line a kind
  if ('float' in attr) return [(4 << 3) | 5, ...new Uint8Array(Float32Array.of(attr.float).buffer)];
  const shape = attr.dims.flatMap((size) => bytes(2, integer(1, size)));
  if (!('content' in attr)) return bytes(7, shape);
  return bytes(8, [...integer(1, attr.elements), ...bytes(2, shape), ...bytes(4, [...attr.content])]);
}

function integer(field: number, value: number): number[] {
  return [field << 3, ...varint(value)];
}

function text(field: number, value: string): number[] {
  return bytes(field, [...new TextEncoder().encode(value)]);
}

/** Length-delimited field: text, or an embedded message. */
function bytes(field: number, value: readonly number[]): number[] {
  return [(field << 3) | 2, ...varint(value.length), ...value];
}

/** Seven bits a byte, lowest first; of numbers below zero the 64 bits of their complement. */
function varint(value: number): number[] {
  const digits: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) digits.push(Number(rest & 127n) | 128);
  return [...digits, Number(rest)];
}
