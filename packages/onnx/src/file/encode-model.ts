import { A_TEXT, expectOptions } from '@seg/checkpoint/expect-options';
import { NOTES } from '../export/expect-counts.ts';
import { type Attribute, ELEMENT_TYPE, type OnnxGraph, type OnnxNode, type OnnxValue } from '../graph/onnx-graph.ts';
import { bytes, type Field, float, integer, integers, join, message, text } from './protobuf.ts';

/** A model file, and the pieces of the file of its weights where they lie apart. */
export type EncodedModel = { model: Uint8Array; weights: Uint8Array[] | null };

/** Options of encoding a graph. */
export type EncodeOptions = {
  /** Name of the file beside the model that gets the weights: a protocol buffer ends at 2 GiB, this does not. */
  weightsFile?: string;
  /** Notes by name: what runtimes show as the model's metadata. */
  metadata?: Readonly<Record<string, string>>;
};

/** 17: the first with LayerNormalization, behind 16 with GridSample; GroupNormalization of 18 to 20 is wrong. */
const OPSET = 17;

/** 8: the version of the format that opset 17 came with (ONNX 1.12). */
const IR_VERSION = 8;

/** 1024 bytes and less stay in the model's file: shapes and scalars, which runtimes fold. */
const SMALL = 1024;

/** 4096: a runtime can map each tensor where it begins a page. */
const ALIGNMENT = 4096;

/** Encodes a graph as a model of ONNX. Field numbers are those of onnx.proto3. */
export function encodeModel(graph: OnnxGraph, options: EncodeOptions = {}): EncodedModel {
  expectOptions('encodeModel', options, { weightsFile: A_TEXT, metadata: NOTES });
  const { weightsFile, metadata = {} } = options;
  const weights: Uint8Array[] = [];
  let length = 0;
  const place = (data: Uint8Array): number => {
    const gap = (ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT;
    weights.push(new Uint8Array(gap), data);
    const offset = length + gap;
    length = offset + data.length;
    return offset;
  };
  const tensors = graph.initializers.map((tensor) => {
    const isApart = weightsFile !== undefined && tensor.data.length >= SMALL;
    const where = isApart ? external(weightsFile, place(tensor.data), tensor.data.length) : [bytes(9, tensor.data)];
    return message(5, [
      integers(1, tensor.dims),
      integer(2, ELEMENT_TYPE[tensor.type]),
      text(8, tensor.name),
      ...where,
    ]);
  });
  const body = [
    ...graph.nodes.map((node) => message(1, encodeNode(node))),
    text(2, graph.name),
    ...tensors,
    ...graph.inputs.map((value) => message(11, encodeValue(value))),
    ...graph.outputs.map((value) => message(12, encodeValue(value))),
  ];
  const model = join([
    integer(1, IR_VERSION),
    text(2, '@seg/onnx'),
    message(7, body),
    message(8, [text(1, ''), integer(2, OPSET)]),
    ...Object.entries(metadata).map(([key, value]) => message(14, [text(1, key), text(2, value)])),
  ]);
  return { model, weights: weightsFile === undefined ? null : weights };
}

function external(file: string, offset: number, length: number): Field[] {
  const entries = { location: file, offset: String(offset), length: String(length) };
  return [
    ...Object.entries(entries).map(([key, value]) => message(13, [text(1, key), text(2, value)])),
    integer(14, 1),
  ];
}

function encodeNode({ op, name: own, inputs, outputs, attributes = {} }: OnnxNode): Field[] {
  return [
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(3, own),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => message(5, [text(1, name), ...encodeAttribute(value)])),
  ];
}

function encodeAttribute(value: Attribute): Field[] {
  if (typeof value === 'number') return [integer(3, value), integer(20, 2)];
  if (typeof value === 'string') return [text(4, value), integer(20, 3)];
  if ('float' in value) return [float(2, value.float), integer(20, 1)];
  return [...value.map((each) => integer(8, each)), integer(20, 7)];
}

function encodeValue({ name, type, dims }: OnnxValue): Field[] {
  const shape = dims.map((dim) => message(1, [typeof dim === 'number' ? integer(1, dim) : text(2, dim)]));
  return [text(1, name), message(2, [message(1, [integer(1, ELEMENT_TYPE[type]), message(2, shape)])])];
}
