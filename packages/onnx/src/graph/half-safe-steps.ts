import type { OnnxGraph, OnnxNode, OnnxTensor } from './onnx-graph.ts';

/** 6e4: below 65504, the largest number of half precision, and far beyond what a softmax tells from infinity. */
const OUTSIDE = -6e4;

/** 65504: a factor beyond it is no number in half precision. */
const LARGEST_HALF = 65504;

/**
 * Replaces steps that are made of a product beyond half precision's range and a clip, `clip(x · 1e30, −1e9, 0)`, by a
 * comparison and a choice, −6e4 where x is below 0. Masks of attention are such steps: in half precision the product would be
 * infinite, and infinity times zero is no number.
 */
export function withHalfSafeSteps(graph: OnnxGraph): OnnxGraph {
  const scalars = new Map(graph.initializers.flatMap((tensor) => scalarOf(tensor)));
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const added: OnnxTensor[] = [];
  const nodes = graph.nodes.flatMap((node) => {
    const step = stepOf(node, producers, scalars);
    if (step === null) return [node];
    if (added.length === 0) added.push(scalar('half_safe.zero', 0), scalar('half_safe.outside', OUTSIDE));
    const isBelow = `${node.outputs[0]}.is_below`;
    return [
      { op: 'Less', name: `${node.name}/Less`, inputs: [step, 'half_safe.zero'], outputs: [isBelow] },
      {
        op: 'Where',
        name: `${node.name}/Where`,
        inputs: [isBelow, 'half_safe.outside', 'half_safe.zero'],
        outputs: node.outputs,
      },
    ];
  });
  return added.length === 0
    ? graph
    : withoutUnused({ ...graph, nodes, initializers: [...graph.initializers, ...added] });
}

/** The tensor whose sign decides, where a node is the clip of such a step. */
function stepOf(
  { op, inputs: [product, low, high] }: OnnxNode,
  producers: ReadonlyMap<string, OnnxNode>,
  scalars: ReadonlyMap<string, number>,
): string | null {
  if (op !== 'Clip' || scalars.get(high) !== 0 || !((scalars.get(low) ?? 0) <= OUTSIDE)) return null;
  const producer = producers.get(product);
  if (producer?.op !== 'Mul') return null;
  const factor = producer.inputs.find((name) => (scalars.get(name) ?? 0) > LARGEST_HALF);
  return factor === undefined ? null : (producer.inputs.find((name) => name !== factor) ?? null);
}

function scalarOf({ name, type, data }: OnnxTensor): [string, number][] {
  if (type !== 'float32' || data.length !== 4) return [];
  return [[name, new DataView(data.buffer, data.byteOffset).getFloat32(0, true)]];
}

function scalar(name: string, value: number): OnnxTensor {
  return { name, type: 'float32', dims: [], data: new Uint8Array(Float32Array.of(value).buffer) };
}

/** Drops nodes and constants that no output needs any more. */
function withoutUnused(graph: OnnxGraph): OnnxGraph {
  const wanted = new Set(graph.outputs.map(({ name }) => name));
  const live = graph.nodes.toReversed().filter(({ inputs, outputs }) => {
    if (!outputs.some((name) => wanted.has(name))) return false;
    for (const name of inputs) wanted.add(name);
    return true;
  });
  const initializers = graph.initializers.filter(({ name }) => wanted.has(name));
  return { ...graph, nodes: live.reverse(), initializers };
}
