import * as tf from '@tensorflow/tfjs-core';

import type { Values } from '../graph/axes.ts';
import { NodeNames } from '../graph/node-names.ts';

/** Types of elements that graphs here have, as tfjs calls them. */
export type TensorflowType = 'float32' | 'int32' | 'bool';

/** Attribute of a node in one of TensorFlow's kinds. */
export type TensorflowAttribute =
  | { type: TensorflowType }
  | { bool: boolean }
  | { int: number }
  | { ints: readonly number[] }
  | { text: string }
  | { shape: readonly number[] }
  | { tensor: { type: TensorflowType; dims: readonly number[]; data: Uint8Array } };

/** Attributes of a node by name. */
export type TensorflowAttributes = Readonly<Record<string, TensorflowAttribute>>;

/** One operator at work. Its inputs are names of nodes, `NAME:1` for a second output. */
export type TensorflowNode = { op: string; name: string; inputs: readonly string[]; attributes: TensorflowAttributes };

/** An input or output of a signature: the node that has it, its type and sides. */
export type TensorflowPort = { name: string; node: string; type: TensorflowType; dims: readonly number[] };

/** A whole graph with its signature. */
export type TensorflowGraphDef = {
  nodes: readonly TensorflowNode[];
  inputs: readonly TensorflowPort[];
  outputs: readonly TensorflowPort[];
};

type PendingNode = { op: string; id: string; inputs: readonly string[]; attributes: TensorflowAttributes };

/** Grows as a forward pass runs; every tensor is in tfjs's own order of axes, which is TensorFlow's. */
export class TensorflowGraph {
  private readonly nodes: PendingNode[] = [];
  private readonly nodeNames = new NodeNames();
  private readonly inputs: TensorflowPort[] = [];
  private readonly outputs: TensorflowPort[] = [];
  /** By data, type and shape. */
  private readonly forms = new Map<object, Map<string, string>>();
  private readonly dynamic = new Map<object, Set<tf.DataType>>();
  private readonly own = new Map<string, string>();
  private readonly kept: { id: string; tensor: tf.Tensor }[] = [];
  private readonly nameOf: (tensor: tf.Tensor) => string | undefined;

  /** @param nameOf Key of a tensor that is a parameter, or derived of some */
  constructor(nameOf: (tensor: tf.Tensor) => string | undefined) {
    this.nameOf = nameOf;
  }

  /** True of tensors that depend on an input. */
  isDynamic(tensor: tf.Tensor): boolean {
    return this.dynamic.has(tensor.dataId);
  }

  addInput(name: string, tensor: tf.Tensor): void {
    const [type, dims] = [typeOf(tensor), tensor.shape];
    const node = this.node('Placeholder', [], { dtype: { type }, shape: { shape: dims } });
    this.define(tensor, node);
    this.inputs.push({ name, node, type, dims });
  }

  addOutput(name: string, tensor: tf.Tensor): void {
    const type = typeOf(tensor);
    const node = this.node('Identity', [this.request(tensor)], { T: { type } });
    this.outputs.push({ name, node, type, dims: tensor.shape });
  }

  /** Says that the nodes since the last module's are of this one. */
  closeModule(path: string): void {
    this.nodeNames.claim(path, this.nodes);
  }

  /** Adds a node. @returns Name of its first output */
  node(op: string, inputs: readonly string[], attributes: TensorflowAttributes = {}): string {
    const id = String(this.nodes.length);
    this.nodes.push({ op, id, inputs, attributes });
    return id;
  }

  /** Says that the output `name` is the tensor. */
  define(tensor: tf.Tensor, name: string): void {
    const types = this.dynamic.get(tensor.dataId) ?? new Set();
    if (types.has(tensor.dtype)) return; // the kernel gave back its input's data
    this.dynamic.set(tensor.dataId, types.add(tensor.dtype));
    this.formsOf(tensor).set(keyOf(tensor), name);
  }

  /** Name of an output that is the tensor in its own shape. */
  request(tensor: tf.Tensor): string {
    const forms = this.formsOf(tensor);
    const known = forms.get(keyOf(tensor));
    if (known !== undefined) return known;
    const isKnown = this.dynamic.get(tensor.dataId)?.has(tensor.dtype) === true;
    const name = isKnown ? this.reshaped(tensor) : this.constant(tensor);
    forms.set(keyOf(tensor), name);
    return name;
  }

  /** Another shape of an output. */
  reshape(name: string, type: TensorflowType, shape: readonly number[]): string {
    return this.node('Reshape', [name, this.integers(shape)], { T: { type }, Tshape: { type: 'int32' } });
  }

  /** Small constants that no tfjs tensor holds. */
  integers(values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.ownConstant('int32', dims, new Uint8Array(Int32Array.from(values).buffer));
  }

  floats(values: readonly number[], dims: readonly number[] = []): string {
    return this.ownConstant('float32', dims, new Uint8Array(Float32Array.from(values).buffer));
  }

  /** Downloads constants, and drops nodes on which no output depends. */
  async finish(): Promise<TensorflowGraphDef> {
    const values = new Map<string, Uint8Array>();
    for (const { id, tensor } of this.kept) {
      const { buffer, byteOffset, byteLength } = (await tensor.data()) as Values;
      values.set(id, new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength)));
    }
    const live = this.liveNodes();
    const names = this.namesOf(live);
    const renamed = (input: string) => {
      const [id, output] = input.split(':');
      return output === undefined ? names.get(id)! : `${names.get(id)}:${output}`;
    };
    const nodes = live.map(({ op, id, inputs, attributes }) => ({
      op,
      name: names.get(id)!,
      inputs: inputs.map(renamed),
      attributes: values.has(id) ? withData(attributes, values.get(id)!) : attributes,
    }));
    const ports = (all: readonly TensorflowPort[]) => all.map((port) => ({ ...port, node: names.get(port.node)! }));
    this.dispose();
    return { nodes, inputs: ports(this.inputs), outputs: ports(this.outputs) };
  }

  dispose(): void {
    tf.dispose(this.kept.map(({ tensor }) => tensor));
  }

  private formsOf({ dataId }: tf.Tensor): Map<string, string> {
    const forms = this.forms.get(dataId) ?? new Map<string, string>();
    this.forms.set(dataId, forms);
    return forms;
  }

  private reshaped(tensor: tf.Tensor): string {
    const [, source] = [...this.formsOf(tensor)].find(([key]) => key.startsWith(`${tensor.dtype} `))!;
    return this.reshape(source, typeOf(tensor), tensor.shape);
  }

  /** Its bytes come when the pass has ended: reading them may take a turn of the loop. */
  private constant(tensor: tf.Tensor): string {
    const type = typeOf(tensor);
    const empty = { type, dims: tensor.shape, data: new Uint8Array() };
    const id = this.node('Const', [], { dtype: { type }, value: { tensor: empty } });
    this.kept.push({ id, tensor: tf.keep(tf.clone(tensor)) });
    return id;
  }

  private ownConstant(type: TensorflowType, dims: readonly number[], data: Uint8Array): string {
    const key = `${type} [${dims}] ${data}`;
    const known = this.own.get(key);
    if (known !== undefined) return known;
    const id = this.node('Const', [], { dtype: { type }, value: { tensor: { type, dims, data } } });
    this.own.set(key, id);
    return id;
  }

  private liveNodes(): PendingNode[] {
    const wanted = new Set([...this.inputs, ...this.outputs].map(({ node }) => node));
    for (const { id, inputs } of this.nodes.toReversed()) {
      if (wanted.has(id)) for (const input of inputs) wanted.add(input.split(':')[0]);
    }
    return this.nodes.filter(({ id }) => wanted.has(id));
  }

  /** Parameters have their keys, other nodes the paths of their modules. */
  private namesOf(live: readonly PendingNode[]): Map<string, string> {
    const keys = new Map(this.kept.map(({ id, tensor }) => [id, this.nameOf(tensor)]));
    const kept = new Set(live);
    const named = this.nodeNames.named(this.nodes, (node) => kept.has(node));
    const taken = new Set<string>();
    return new Map(named.map(({ id, name }) => [id, unique(allowed(keys.get(id) ?? name), taken)]));
  }
}

function keyOf({ dtype, shape }: tf.Tensor): string {
  return `${dtype} ${shape.join()}`;
}

function withData(attributes: TensorflowAttributes, data: Uint8Array): TensorflowAttributes {
  const { value } = attributes as { value: Extract<TensorflowAttribute, { tensor: unknown }> };
  return { ...attributes, value: { tensor: { ...value.tensor, data } } };
}

/** TensorFlow's names begin with a letter, digit or dot, and have few other characters. */
function allowed(name: string): string {
  return name.replace(/[^A-Za-z0-9_./-]/g, '_').replace(/^[^A-Za-z0-9.]/, 'n');
}

function unique(name: string, taken: Set<string>): string {
  let free = name;
  for (let i = 1; taken.has(free); i++) free = `${name}_${i}`;
  taken.add(free);
  return free;
}

/** The type of a tensor's elements. */
export function typeOf({ dtype }: { dtype: tf.DataType }): TensorflowType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new TypeError(`exportSavedModel: expected tensors of float32, int32 or bool, got ${dtype}`);
}
