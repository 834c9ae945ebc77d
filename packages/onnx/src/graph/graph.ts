import * as tf from '@tensorflow/tfjs-core';

import { identity, isIdentity, permuted, permutedValues, type Sides } from './axes.ts';
import { typeOf } from './element-type-of.ts';
import { NodeNames } from './node-names.ts';
import type { Attribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxType, OnnxValue } from './onnx-graph.ts';
import { TracedValue } from './traced-value.ts';

type Constant = { name: string; tensor: tf.Tensor; shape: Sides; perm: Sides };

/** Grows as a forward pass runs. */
export class Graph {
  private readonly nodes: Omit<OnnxNode, 'name'>[] = [];
  private readonly nodeNames = new NodeNames();
  private readonly constants: Constant[] = [];
  private readonly ownConstants = new Map<string, OnnxTensor>();
  private readonly inputs: OnnxValue[] = [];
  private readonly outputs: OnnxValue[] = [];
  /** By data and type: a cast can leave the data as it is. */
  private readonly values = new Map<object, Map<tf.DataType, TracedValue>>();
  private readonly names = new Map<string, number>();
  private readonly nameOf: (tensor: tf.Tensor) => string | undefined;

  /** @param nameOf Key of a tensor that is a parameter, or derived of some */
  constructor(nameOf: (tensor: tf.Tensor) => string | undefined) {
    this.nameOf = nameOf;
  }

  /** True of tensors that depend on an input. */
  isDynamic(tensor: tf.Tensor): boolean {
    return this.values.has(tensor.dataId);
  }

  addInput(name: string, tensor: tf.Tensor, perm: Sides = identity(tensor.rank), dims?: (number | string)[]): void {
    const value = new TracedValue(tensor.shape, typeOf(tensor));
    value.forms.push({ name: this.fresh(name), shape: tensor.shape, perm });
    this.remember(tensor, value);
    this.inputs.push({ name, type: value.type, dims: dims ?? permuted(tensor.shape, perm) });
  }

  addOutput(name: string, tensor: tf.Tensor, perm: Sides = identity(tensor.rank)): void {
    const own = this.request(tensor, tensor.shape, perm);
    this.nodes.push({ op: 'Identity', inputs: [own], outputs: [name] });
    this.outputs.push({ name, type: typeOf(tensor), dims: permuted(tensor.shape, perm) });
  }

  /** Says that the nodes since the last module's are of this one. */
  closeModule(path: string): void {
    this.nodeNames.claim(path, this.nodes);
  }

  /** Adds a node of one output. */
  node(op: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>): string {
    return this.nodeOf(op, inputs, 1, attributes)[0];
  }

  nodeOf(
    op: string,
    inputs: readonly string[],
    count: number,
    attributes?: Readonly<Record<string, Attribute>>,
  ): string[] {
    const outputs = Array.from({ length: count }, () => this.fresh(op));
    this.nodes.push({ op, inputs, outputs, attributes });
    return outputs;
  }

  /** Says that the ONNX tensor `name` is the tfjs tensor, in this form of it. */
  define(tensor: tf.Tensor, name: string, shape: Sides = tensor.shape, perm: Sides = identity(shape.length)): void {
    if (this.valueOf(tensor) !== undefined) return; // the kernel gave back its input's data
    const value = new TracedValue(tensor.shape, typeOf(tensor));
    value.forms.push({ name, shape, perm });
    this.remember(tensor, value);
  }

  /** Says that `tensor` is a transpose of `of`. */
  defineTransposed(tensor: tf.Tensor, of: tf.Tensor, perm: Sides): void {
    if (this.valueOf(tensor) !== undefined) return;
    const source = this.valueOf(of)!;
    const at = source.shape.join() === of.shape.join() ? source : this.reshaped(of);
    this.remember(tensor, new TracedValue(tensor.shape, typeOf(tensor), { of: at, perm }));
  }

  /** Name of an ONNX tensor that is transpose(reshape(tensor, shape), perm). */
  request(tensor: tf.Tensor, shape: Sides = tensor.shape, perm: Sides = identity(shape.length)): string {
    const value = this.valueOf(tensor);
    return value === undefined ? this.constant(tensor, shape, perm) : this.formOf(value, shape, perm);
  }

  /** The layout in which the tensor exists already: that of a convolution's result until something needs another. */
  layoutOf(tensor: tf.Tensor): Sides {
    const value = this.valueOf(tensor);
    const known = value?.forms.filter(({ shape }) => shape.join() === tensor.shape.join()) ?? [];
    const plain = known.find(({ perm }) => isIdentity(perm));
    return (plain ?? known[0])?.perm ?? identity(tensor.rank);
  }

  /** A small constant that no tfjs tensor holds. */
  integers(values: Sides): string {
    return this.own('int64', [values.length], new Uint8Array(BigInt64Array.from(values, BigInt).buffer));
  }

  floats(values: Sides, dims: Sides = []): string {
    return this.own('float32', dims, new Uint8Array(Float32Array.from(values).buffer));
  }

  /** Downloads constants, and drops nodes on which no output depends. */
  async finish(name: string): Promise<OnnxGraph> {
    const nodes = this.liveNodes();
    const used = new Set(nodes.flatMap(({ inputs }) => inputs));
    const initializers: OnnxTensor[] = [...this.ownConstants.values()].filter((tensor) => used.has(tensor.name));
    for (const { name: constant, tensor, shape, perm } of this.constants) {
      if (used.has(constant)) {
        const values = permutedValues(await tensor.data(), shape, perm);
        const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
        initializers.push({ name: constant, type: typeOf(tensor), dims: permuted(shape, perm), data });
      }
    }
    this.dispose();
    return { name, nodes, initializers, inputs: this.inputs, outputs: this.outputs };
  }

  dispose(): void {
    tf.dispose(this.constants.map(({ tensor }) => tensor));
  }

  /** A reshape, a clone and a detached tensor share data, and so one value. */
  private valueOf(tensor: tf.Tensor): TracedValue | undefined {
    return this.values.get(tensor.dataId)?.get(tensor.dtype);
  }

  private remember(tensor: tf.Tensor, value: TracedValue): void {
    const known = this.values.get(tensor.dataId) ?? new Map<tf.DataType, TracedValue>();
    this.values.set(tensor.dataId, known.set(tensor.dtype, value));
  }

  private formOf(value: TracedValue, shape: Sides, perm: Sides): string {
    const known = value.forms.find((form) => form.shape.join() === shape.join() && form.perm.join() === perm.join());
    if (known !== undefined) return known.name;
    const name = this.makeForm(value, shape, perm);
    value.forms.push({ name, shape, perm });
    return name;
  }

  private makeForm(value: TracedValue, shape: Sides, perm: Sides): string {
    const isWhole = shape.join() === value.shape.join();
    if (value.view !== null && isWhole) {
      return this.formOf(
        value.view.of,
        value.view.of.shape,
        perm.map((axis) => value.view!.perm[axis]),
      );
    }
    if (!isIdentity(perm)) {
      const other = value.forms.find((form) => form.shape.join() === shape.join());
      const [from, source] = other
        ? [other.perm, other.name]
        : [identity(shape.length), this.formOf(value, shape, identity(shape.length))];
      return this.node('Transpose', [source], { perm: perm.map((axis) => from.indexOf(axis)) });
    }
    const sameShape = value.forms.find((form) => form.shape.join() === shape.join());
    if (sameShape !== undefined) {
      return this.node('Transpose', [sameShape.name], { perm: shape.map((_, axis) => sameShape.perm.indexOf(axis)) });
    }
    const plain = value.forms.find((form) => isIdentity(form.perm));
    const source = plain ? plain.name : this.plainOf(value);
    return this.node('Reshape', [source, this.integers(shape)]);
  }

  /** Any row-major form. */
  private plainOf(value: TracedValue): string {
    const [form] = value.forms;
    const shape = value.view === null ? form.shape : value.shape;
    return this.formOf(value, shape, identity(shape.length));
  }

  private reshaped(tensor: tf.Tensor): TracedValue {
    const value = new TracedValue(tensor.shape, typeOf(tensor));
    value.forms.push({ name: this.request(tensor), shape: tensor.shape, perm: identity(tensor.rank) });
    return value;
  }

  private constant(tensor: tf.Tensor, shape: Sides, perm: Sides): string {
    const known = this.constants.find(
      (each) =>
        each.tensor.dataId === tensor.dataId &&
        each.tensor.dtype === tensor.dtype &&
        each.shape.join() === shape.join() &&
        each.perm.join() === perm.join(),
    );
    if (known !== undefined) return known.name;
    const name = this.fresh(this.nameOf(tensor) ?? 'constant');
    this.constants.push({ name, tensor: tf.keep(tf.clone(tensor)), shape, perm });
    return name;
  }

  private own(type: OnnxType, dims: Sides, data: Uint8Array): string {
    const key = `${type} [${dims}] ${data}`;
    const known = this.ownConstants.get(key) ?? { name: this.fresh('value'), type, dims, data };
    this.ownConstants.set(key, known);
    return known.name;
  }

  private liveNodes(): OnnxNode[] {
    const wanted = new Set(this.outputs.map(({ name }) => name));
    const live = new Set<Omit<OnnxNode, 'name'>>();
    for (const node of this.nodes.toReversed()) {
      if (!node.outputs.some((name) => wanted.has(name))) continue;
      live.add(node);
      for (const name of node.inputs) wanted.add(name);
    }
    return this.nodeNames.named(this.nodes, (node) => live.has(node));
  }

  private fresh(base: string): string {
    const count = this.names.get(base) ?? 0;
    this.names.set(base, count + 1);
    return count === 0 ? base : `${base}.${count}`;
  }
}
