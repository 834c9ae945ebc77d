import type { OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from './onnx-graph.ts';

/**
 * One graph for every batch size, of two traces of the same forward pass. Their nodes are the same; numbers that differ
 * (shapes, sizes, constants repeated for each image) are a multiple of the batch, and computed from the input's shape.
 *
 * Trace batches of 2 and 3: with 1, axes of one element look alike.
 */
export function withFreeBatch(graphs: readonly [OnnxGraph, OnnxGraph], batches: readonly [number, number]): OnnxGraph {
  return new Merge(graphs, batches).run();
}

class Merge {
  private readonly first: OnnxGraph;
  private readonly second: OnnxGraph;
  private readonly batches: readonly [number, number];
  private readonly known: readonly [Map<string, OnnxTensor>, Map<string, OnnxTensor>];
  private readonly initializers = new Map<string, OnnxTensor>();
  private readonly added = new Map<string, string>();
  private readonly nodes: OnnxNode[] = [];
  private count = 0;

  constructor([first, second]: readonly [OnnxGraph, OnnxGraph], batches: readonly [number, number]) {
    const byName = ({ initializers }: OnnxGraph) => new Map(initializers.map((tensor) => [tensor.name, tensor]));
    this.first = first;
    this.second = second;
    this.batches = batches;
    this.known = [byName(first), byName(second)];
  }

  run(): OnnxGraph {
    if (this.first.nodes.length !== this.second.nodes.length)
      throw new Error('withFreeBatch: expected equal traces, got one with more nodes');
    this.nodes.push({
      op: 'Shape',
      name: 'batch/Shape',
      inputs: [this.first.inputs[0].name],
      outputs: ['batch_size'],
      attributes: { start: 0, end: 1 },
    });
    for (const [i, node] of this.first.nodes.entries()) {
      const other = this.second.nodes[i];
      const isSame = node.op === other.op && JSON.stringify(node.attributes) === JSON.stringify(other.attributes);
      if (!isSame)
        throw new Error(`withFreeBatch: expected equal traces, got ${node.op} and ${other.op} as ${node.name}`);
      const inputs = node.inputs.map((name, k) => this.operand(name, other.inputs[k], node.op === 'Reshape'));
      this.nodes.push({ ...node, inputs });
    }
    return {
      ...this.first,
      nodes: this.nodes,
      initializers: [...this.initializers.values()],
      inputs: this.first.inputs.map((value, i) => this.border(value, this.second.inputs[i])),
      outputs: this.first.outputs.map((value, i) => this.border(value, this.second.outputs[i])),
    };
  }

  private border(value: OnnxValue, other: OnnxValue): OnnxValue {
    return { ...value, dims: value.dims.map((dim, axis) => (dim === other.dims[axis] ? dim : 'batch')) };
  }

  /** Finds the name of an operand of both traces. */
  private operand(name: string, otherName: string, isShape: boolean): string {
    const [one, other] = [this.known[0].get(name), this.known[1].get(otherName)];
    if (one === undefined || other === undefined) {
      if (name !== otherName) throw new Error(`withFreeBatch: expected equal traces, got ${name} and ${otherName}`);
      return name;
    }
    if (one.dims.join() === other.dims.join() && isEqual(one.data, other.data)) {
      this.initializers.set(name, one);
      return name;
    }
    return one.type === 'int64' ? this.sizes(int64(one), int64(other), isShape) : this.repeated(one, other);
  }

  /** A vector whose elements are constants or multiples of the batch. */
  private sizes(one: number[], other: number[], isShape: boolean): string {
    const perImage = one.map((size, i) => (size === other[i] ? 0 : this.share(size, other[i])));
    const fixed = one.map((size, i) => (size === other[i] ? size : 0));
    if (isShape && perImage.filter((size) => size > 0).length === 1) {
      return this.integers(fixed.map((size, i) => (perImage[i] > 0 ? -1 : size)));
    }
    const product = this.node('Mul', ['batch_size', this.integers(perImage)]);
    return this.node('Add', [product, this.integers(fixed)]);
  }

  /** A constant that holds the same for each image along its first axis. */
  private repeated(one: OnnxTensor, other: OnnxTensor): string {
    const rest = one.dims.slice(1);
    const rows = this.share(one.dims[0], other.dims[0]);
    const length = one.data.length / this.batches[0];
    const single = one.data.slice(0, length);
    for (let image = 0; image < this.batches[0]; image++) {
      if (
        !isEqual(single, one.data.slice(image * length, (image + 1) * length)) ||
        rest.join() !== other.dims.slice(1).join()
      ) {
        throw new Error(`withFreeBatch: expected the same for each image, got another in ${one.name} [${one.dims}]`);
      }
    }
    const key = `repeated ${one.name}`;
    const known = this.added.get(key);
    if (known !== undefined) return known;
    this.initializers.set(one.name, { ...one, dims: [1, rows, ...rest], data: single });
    const shape = this.sizes([this.batches[0], rows, ...rest], [this.batches[1], rows, ...rest], false);
    const wide = this.node('Expand', [one.name, shape]);
    const name = this.node('Reshape', [wide, this.integers([-1, ...rest])]);
    this.added.set(key, name);
    return name;
  }

  private share(one: number, other: number): number {
    const share = one / this.batches[0];
    if (!Number.isInteger(share) || share * this.batches[1] !== other) {
      throw new Error(`withFreeBatch: expected multiples of the batch, got ${one} and ${other}`);
    }
    return share;
  }

  private node(op: string, inputs: string[]): string {
    const key = `${op} ${inputs}`;
    const known = this.added.get(key);
    if (known !== undefined) return known;
    const name = `batch.${this.count++}`;
    this.nodes.push({ op, name: `batch/${op}_${this.count}`, inputs, outputs: [name] });
    this.added.set(key, name);
    return name;
  }

  private integers(values: number[]): string {
    const name = `sizes ${values.join(' ')}`;
    this.initializers.set(name, {
      name,
      type: 'int64',
      dims: [values.length],
      data: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
    });
    return name;
  }
}

function int64({ data }: OnnxTensor): number[] {
  return Array.from(new BigInt64Array(data.buffer, data.byteOffset, data.byteLength / 8), Number);
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
