import type * as tf from '@tensorflow/tfjs-core';

import type { GraphAttr, GraphNode } from './graph-def.ts';
import { constant, input } from './graph-nodes.ts';
import type { NativeAttr, NativeBackend } from './native-ops.ts';

/** Bytes of a constant of a graph: zeros for each class of a query, say. */
const MOST_CONSTANT = 262_144;

/**
 * Numbers that the ops read, which are inputs of the graph: were they constants of it, TensorFlow would fold x · 2⁴⁸ · 2⁻⁴⁸ to x, which
 * is another where the first product is infinite.
 */
type Numbers = { name: string; shape: number[]; values: Float32Array };
/** A graph, its inputs of numbers, and the names of its results. */
type Written = { nodes: GraphNode[]; numbers: Numbers[]; outputs: string[] };

/** Runs a reference and writes its ops down; `written` is null where it does something else, too. */
export function writeDown(
  backend: NativeBackend,
  inputs: tf.NamedTensorMap,
  reference: () => tf.Tensor | tf.Tensor[],
  mayRead: boolean,
): { results: tf.Tensor | tf.Tensor[]; written: Written | null } {
  const { binding } = backend;
  const writer = new Writer(backend, inputs, mayRead);
  backend.binding = writer.listening();
  try {
    const results = reference();
    return { results, written: writer.written([results].flat()) };
  } finally {
    backend.binding = binding;
    writer.dispose();
  }
}

/** Listens to the calls of TensorFlow's library. */
class Writer {
  private readonly backend: NativeBackend;
  private readonly mayRead: boolean;
  private readonly nodes: GraphNode[] = [];
  /** Names of values by their handles. */
  private readonly names = new Map<number, string>();
  private readonly numbers: Numbers[] = [];
  /** Handles of constants that nobody has deleted. */
  private readonly constants = new Set<number>();
  private isWhole = true;

  constructor(backend: NativeBackend, inputs: tf.NamedTensorMap, mayRead: boolean) {
    this.backend = backend;
    this.mayRead = mayRead;
    const ids = backend.getInputTensorIds(Object.values(inputs));
    for (const [i, [name, { dtype }]] of Object.entries(inputs).entries()) {
      this.nodes.push(input(name, backend.getDTypeInteger(dtype)));
      this.names.set(ids[i]!, `${name}:0`);
    }
  }

  listening(): NativeBackend['binding'] {
    const { binding } = this.backend;
    const heard: Partial<NativeBackend['binding']> = {
      createTensor: (shape, type, values) => {
        const id = binding.createTensor(shape, type, values);
        this.constants.add(id);
        this.noteConstant(id, shape, type, values);
        return id;
      },
      deleteTensor: (id) => {
        this.constants.delete(id);
        binding.deleteTensor(id);
      },
      executeOp: (name, attrs, ids, count) => {
        const outputs = binding.executeOp(name, attrs, ids, count);
        this.noteOp(name, attrs, ids, outputs);
        return outputs;
      },
      tensorDataSync: (id) => {
        this.isWhole &&= this.mayRead;
        return binding.tensorDataSync(id);
      },
      runSavedModel: (...call) => {
        this.isWhole = false;
        return binding.runSavedModel(...call);
      },
    };
    return Object.create(binding, Object.getOwnPropertyDescriptors(heard)) as NativeBackend['binding'];
  }

  /** Gives what was written down, if it is all that makes the results. */
  written(results: tf.Tensor[]): Written | null {
    const ids = this.backend.getInputTensorIds(results);
    const outputs = ids.map((id) => this.names.get(id));
    for (const id of ids) this.constants.delete(id); // somebody holds them
    const isKnown = outputs.every((name): name is string => name !== undefined);
    return this.isWhole && isKnown ? { nodes: this.nodes, numbers: this.numbers, outputs } : null;
  }

  /** Deletes the constants that would have been kept for later ops. */
  dispose(): void {
    for (const id of this.constants) this.backend.binding.deleteTensor(id);
  }

  private nameOfNext(): string {
    return `node${this.nodes.length}`;
  }

  private noteConstant(id: number, shape: number[], type: number, values: Float32Array | Int32Array): void {
    this.isWhole &&= values.byteLength <= MOST_CONSTANT;
    if (!this.isWhole) return;
    const name = this.nameOfNext();
    const isNumber = type === this.backend.binding.TF_FLOAT;
    if (isNumber) this.numbers.push({ name, shape: [...shape], values: Float32Array.from(values) });
    this.nodes.push(isNumber ? input(name) : constant(name, values, type, shape));
    this.names.set(id, `${name}:0`);
  }

  private noteOp(op: string, attrs: NativeAttr[], ids: number[], outputs: { id: number }[]): void {
    const { binding } = this.backend;
    const inputs = ids.map((id) => this.names.get(id));
    const written = attrs.map(({ name, type, value }) => [name, attrOf(binding, type, value)] as const);
    this.isWhole &&= inputs.every((name) => name !== undefined) && written.every(([, attr]) => attr !== null);
    if (!this.isWhole) return;
    const name = this.nameOfNext();
    this.nodes.push({
      name,
      op,
      inputs: inputs as string[],
      attrs: Object.fromEntries(written) as Record<string, GraphAttr>,
    });
    for (const [k, { id }] of outputs.entries()) this.names.set(id, `${name}:${k}`);
  }
}

/** An attribute as a graph has it; null of a kind that no op of a reference has. */
function attrOf(binding: NativeBackend['binding'], type: number, value: NativeAttr['value']): GraphAttr | null {
  switch (type) {
    case binding.TF_ATTR_TYPE:
      return { type: value as number };
    case binding.TF_ATTR_BOOL:
      return { bool: value as boolean };
    case binding.TF_ATTR_FLOAT:
      return { float: value as number };
    case binding.TF_ATTR_INT:
      return Array.isArray(value) ? { ints: value } : { int: value as number };
    case binding.TF_ATTR_STRING:
      return { text: value as string };
    case binding.TF_ATTR_SHAPE:
      return { dims: value as number[] };
    default:
      return null;
  }
}
