import { equalBytes, type Factors, integersOf, monomial } from './monomial.ts';
import type { OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from './onnx-graph.ts';

/** An axis of the input that is free: every size in the graph is counted in units of it. */
export type FreeAxis = { name: string; axis: number; unit: number };

/**
 * One graph for every size of the free axes, of several traces of the same forward pass. Their nodes are the same; integers
 * that differ (shapes, sizes) are products of a number and of axes, computed from the input's shape; constants that
 * differ hold the same numbers, repeated.
 *
 * @param counts Units of every free axis in each trace: no ratio of products may occur twice, and no 1, with which axes of
 *   one element look alike
 */
export function withFreeAxes(
  graphs: readonly OnnxGraph[],
  axes: readonly FreeAxis[],
  counts: readonly (readonly number[])[],
): OnnxGraph {
  return new Merge(graphs, axes, counts).run();
}

class Merge {
  private readonly graphs: readonly OnnxGraph[];
  private readonly axes: readonly FreeAxis[];
  private readonly counts: readonly (readonly number[])[];
  private readonly known: readonly Map<string, OnnxTensor>[];
  private readonly initializers = new Map<string, OnnxTensor>();
  private readonly added = new Map<string, string>();
  private readonly nodes: OnnxNode[] = [];
  private count = 0;

  constructor(graphs: readonly OnnxGraph[], axes: readonly FreeAxis[], counts: readonly (readonly number[])[]) {
    this.graphs = graphs;
    this.axes = axes;
    this.counts = counts;
    this.known = graphs.map(({ initializers }) => new Map(initializers.map((tensor) => [tensor.name, tensor])));
  }

  run(): OnnxGraph {
    const [first, ...others] = this.graphs;
    if (others.some(({ nodes }) => nodes.length !== first.nodes.length))
      throw new Error('withFreeAxes: expected equal traces, got one with more nodes');
    for (const [i, node] of first.nodes.entries())
      this.merge(
        node,
        others.map(({ nodes }) => nodes[i]),
      );
    const border = (kind: 'inputs' | 'outputs') =>
      first[kind].map((value, i) =>
        this.border(
          value,
          this.graphs.map((graph) => graph[kind][i]),
        ),
      );
    const [inputs, outputs] = [border('inputs'), border('outputs')];
    return { ...first, nodes: this.nodes, initializers: [...this.initializers.values()], inputs, outputs };
  }

  private merge(node: OnnxNode, others: readonly OnnxNode[]): void {
    const attributes = JSON.stringify(node.attributes);
    const odd = others.find(({ op, ...other }) => op !== node.op || JSON.stringify(other.attributes) !== attributes);
    if (odd !== undefined)
      throw new Error(`withFreeAxes: expected equal traces, got ${node.op} and ${odd.op} as ${node.name}`);
    const inputs = node.inputs.map((name, k) =>
      this.operand([name, ...others.map((other) => other.inputs[k])], node.op === 'Reshape'),
    );
    this.nodes.push({ ...node, inputs });
  }

  /** Free sides have the axis's name, or what is computed of it, `height/4`; others, rounded halves say, a name of their own. */
  private border(value: OnnxValue, all: readonly OnnxValue[]): OnnxValue {
    const dims = value.dims.map((dim, i) => {
      const found = monomial(
        all.map((each) => Number(each.dims[i])),
        this.counts,
      );
      if (found === null) return `${value.name}.${i}`;
      const { coefficient, powers } = found;
      const free = this.axes.filter((_, k) => powers[k] === 1);
      if (free.length === 0) return dim;
      const share = coefficient / free.reduce((product, { unit }) => product * unit, 1);
      const name = free.map(({ name }) => name).join('*');
      return share === 1 ? name : share > 1 ? `${share}*${name}` : `${name}/${1 / share}`;
    });
    return { ...value, dims };
  }

  /** Finds the name of an operand of all traces. */
  private operand(names: readonly string[], isShape: boolean): string {
    const tensors = names.flatMap((name, i) => this.known[i].get(name) ?? []);
    const [name] = names;
    if (tensors.length < names.length) {
      const other = names.find((each) => each !== name);
      if (other !== undefined) throw new Error(`withFreeAxes: expected equal traces, got ${name} and ${other}`);
      return name;
    }
    const [one, ...rest] = tensors;
    if (rest.every((other) => other.dims.join() === one.dims.join() && equalBytes(other.data, one.data))) {
      this.initializers.set(name, one);
      return name;
    }
    return one.type === 'int64' ? this.sizes(tensors.map(integersOf), isShape) : this.repeated(tensors);
  }

  /** A vector whose elements are constants or products of a constant and free axes. */
  private sizes(vectors: readonly (readonly number[])[], isShape: boolean): string {
    const factors = vectors[0].map((_, i) => this.factors(vectors.map((vector) => vector[i])));
    const isFree = ({ powers }: Factors) => powers.includes(1);
    if (isShape && factors.filter(isFree).length === 1) {
      return this.integers(factors.map((each) => (isFree(each) ? -1 : each.coefficient)));
    }
    const kinds = [...new Set(factors.map(({ powers }) => powers.join()))];
    const terms = kinds.map((kind) => {
      const share = this.integers(factors.map(({ powers, coefficient }) => (powers.join() === kind ? coefficient : 0)));
      const product = this.product(kind.split(',').map(Number));
      return product === null ? share : this.node('Mul', [product, share]);
    });
    return terms.reduce((sum, term) => this.node('Add', [sum, term]));
  }

  /** Name of the product of units of axes; null of none. */
  private product(powers: readonly number[]): string | null {
    const names = this.axes.filter((_, k) => powers[k] === 1).map((axis) => this.units(axis));
    return names.length === 0 ? null : names.reduce((product, name) => this.node('Mul', [product, name]));
  }

  private units({ axis, unit }: FreeAxis): string {
    const side = this.node('Shape', [this.graphs[0].inputs[0].name], { start: axis, end: axis + 1 });
    return unit === 1 ? side : this.node('Div', [side, this.integers([unit])]);
  }

  /** A constant that holds one number, or the same for each image along its first axis. */
  private repeated(tensors: readonly OnnxTensor[]): string {
    const [one] = tensors;
    const key = `repeated ${one.name}`;
    const known = this.added.get(key);
    if (known !== undefined) return known;
    const name = this.filled(tensors) ?? this.perImage(tensors);
    this.added.set(key, name);
    return name;
  }

  private filled(tensors: readonly OnnxTensor[]): string | null {
    const [one] = tensors;
    const width = one.data.length / one.dims.reduce((product, side) => product * side, 1);
    const single = one.data.slice(0, width);
    const isFilled = tensors.every(({ data }) => data.every((byte, i) => byte === single[i % width]));
    if (!isFilled) return null;
    this.initializers.set(one.name, { ...one, dims: [], data: single });
    return this.node('Expand', [
      one.name,
      this.sizes(
        tensors.map(({ dims }) => dims),
        false,
      ),
    ]);
  }

  private perImage(tensors: readonly OnnxTensor[]): string {
    const [one] = tensors;
    const rest = one.dims.slice(1);
    const batch = this.axes.findIndex(({ axis }) => axis === 0);
    const images = this.counts.map((count) => count[batch] ?? 1);
    const rows = one.dims[0] / images[0];
    const single = one.data.slice(0, one.data.length / images[0]);
    for (const [i, { dims, data }] of tensors.entries()) {
      const isSame =
        data.length === single.length * images[i] && data.every((byte, k) => byte === single[k % single.length]);
      if (dims.slice(1).join() !== rest.join() || !isSame || !Number.isInteger(rows)) {
        throw new Error(`withFreeAxes: expected the same at each size, got other numbers in ${one.name} [${one.dims}]`);
      }
    }
    this.initializers.set(one.name, { ...one, dims: [1, rows, ...rest], data: single });
    const shape = this.sizes(
      images.map((count) => [count, rows, ...rest]),
      false,
    );
    return this.node('Reshape', [this.node('Expand', [one.name, shape]), this.integers([-1, ...rest])]);
  }

  private factors(values: readonly number[]): Factors {
    const found = monomial(values, this.counts);
    if (found !== null) return found;
    const names = this.axes.map(({ name }) => name).join(', ');
    throw new Error(`withFreeAxes: expected products of ${names}, got ${values.join(', ')}`);
  }

  private node(op: string, inputs: string[], attributes?: OnnxNode['attributes']): string {
    const key = `${op} ${inputs} ${JSON.stringify(attributes)}`;
    const known = this.added.get(key);
    if (known !== undefined) return known;
    const name = `free.${this.count++}`;
    this.nodes.push({
      op,
      name: `free/${op}_${this.count}`,
      inputs,
      outputs: [name],
      ...(attributes && { attributes }),
    });
    this.added.set(key, name);
    return name;
  }

  private integers(values: readonly number[]): string {
    const name = `sizes ${values.join(' ')}`;
    const data = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    this.initializers.set(name, { name, type: 'int64', dims: [values.length], data });
    return name;
  }
}
