/** Numbers of element types in onnx.proto3. */
export const ELEMENT_TYPE = { float32: 1, int32: 6, int64: 7, bool: 9, float16: 10 } as const;

/** Types of elements that graphs here have. */
export type OnnxType = keyof typeof ELEMENT_TYPE;

/** Attribute of a node: integers are ints, `{ float }` a float, since JavaScript has one type of number and ONNX two. */
export type Attribute = number | readonly number[] | string | { float: number };

/** One operator at work. */
export type OnnxNode = {
  op: string;
  /** Unique; begins with the path of the module that it is of. */
  name: string;
  /** An empty name is an input that is left out. */
  inputs: readonly string[];
  outputs: readonly string[];
  attributes?: Readonly<Record<string, Attribute>>;
};

/** A constant: its bytes little-endian, row-major. */
export type OnnxTensor = { name: string; type: OnnxType; dims: readonly number[]; data: Uint8Array };

/** An input or output of a graph. A dimension that is a string has that name and any size. */
export type OnnxValue = { name: string; type: OnnxType; dims: readonly (number | string)[] };

/** A whole graph, as a file has it. */
export type OnnxGraph = {
  name: string;
  nodes: readonly OnnxNode[];
  initializers: readonly OnnxTensor[];
  inputs: readonly OnnxValue[];
  outputs: readonly OnnxValue[];
};
