import { bytes, type Field, integer, join, message, text } from '../file/protobuf.ts';
import type { TensorflowAttribute, TensorflowGraphDef, TensorflowNode, TensorflowPort } from './tensorflow-graph.ts';

/** Numbers of element types in types.proto. */
const TYPE = { float32: 1, int32: 3, bool: 10 } as const;

/** 1087: the version of graphs that TensorFlow 2.10 writes, of which every operator here is older. */
const PRODUCER = 1087;

/** Encodes a graph as `saved_model.pb`: one graph for serving, one signature. Field numbers are those of TensorFlow's messages. */
export function encodeSavedModel({ nodes, inputs, outputs }: TensorflowGraphDef): Uint8Array {
  const entry = (field: number, key: string, value: Field[]) => message(field, [text(1, key), message(2, value)]);
  const signature = [
    ...inputs.map((port) => entry(1, port.name, encodePort(port))),
    ...outputs.map((port) => entry(2, port.name, encodePort(port))),
    text(3, 'tensorflow/serving/predict'),
  ];
  const graph = [...nodes.map((node) => message(1, encodeNode(node))), message(4, [integer(1, PRODUCER)])];
  const serving = [
    message(1, [text(4, 'serve'), text(5, '2.10.0')]),
    message(2, graph),
    entry(5, 'serving_default', signature),
  ];
  return join([integer(1, 1), message(2, serving)]);
}

function encodePort({ node, type, dims }: TensorflowPort): Field[] {
  return [text(1, `${node}:0`), integer(2, TYPE[type]), message(3, encodeShape(dims))];
}

function encodeNode({ op, name, inputs, attributes }: TensorflowNode): Field[] {
  return [
    text(1, name),
    text(2, op),
    ...inputs.map((input) => text(3, input)),
    ...Object.entries(attributes).map(([key, value]) =>
      message(5, [text(1, key), message(2, [encodeAttribute(value)])]),
    ),
  ];
}

function encodeAttribute(value: TensorflowAttribute): Field {
  if ('text' in value) return text(2, value.text);
  if ('int' in value) return integer(3, value.int);
  if ('bool' in value) return integer(5, value.bool ? 1 : 0);
  if ('type' in value) return integer(6, TYPE[value.type]);
  if ('shape' in value) return message(7, encodeShape(value.shape));
  if ('ints' in value) return message(1, value.ints.map((each) => integer(3, each))); // biome-ignore format: one line a kind
  const { type, dims, data } = value.tensor;
  return message(8, [integer(1, TYPE[type]), message(2, encodeShape(dims)), bytes(4, data)]);
}

function encodeShape(dims: readonly number[]): Field[] {
  return dims.map((size) => message(2, [integer(1, size)]));
}
