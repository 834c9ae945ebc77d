import type { OnnxBody } from './onnx-body.ts';

/** A grid sample a level, heads as batches, as the plain PyTorch form has it. */
export const deformableSampling: OnnxBody = (graph, { value, locations, weights }, { levels }, [y]) => {
  const [batch, , heads, depth] = value.shape;
  const [queries, points] = [locations.shape[1]!, locations.shape[4]!];
  const areas = (levels as [number, number][]).map(([height, width]) => height * width);
  const split = (x: string, axis: number, sizes: number[]) =>
    sizes.length === 1 ? [x] : graph.nodeOf('Split', [x, graph.integers(sizes)], sizes.length, { axis });
  const maps = split(graph.request(value, value.shape, [0, 2, 3, 1]), 3, areas);
  const unit = graph.request(locations, locations.shape, [0, 2, 1, 3, 4, 5]); // [B, M, Q, L, P, 2]
  const centered = graph.node('Sub', [graph.node('Mul', [unit, graph.floats([2])]), graph.floats([1])]);
  const grids = split(
    centered,
    3,
    levels.map(() => 1),
  );
  const samples = (levels as [number, number][]).map(([height, width], level) => {
    const map = graph.node('Reshape', [maps[level], graph.integers([batch * heads, depth, height, width])]);
    const grid = graph.node('Reshape', [grids[level], graph.integers([batch * heads, queries, points, 2])]);
    return graph.node('GridSample', [map, grid], { mode: 'bilinear', padding_mode: 'zeros', align_corners: 0 });
  });
  const all = samples.length === 1 ? samples[0] : graph.node('Concat', samples, { axis: 3 }); // [B·M, D, Q, L·P]
  const shares = graph.node('Reshape', [
    graph.request(weights, weights.shape, [0, 2, 1, 3, 4]),
    graph.integers([batch * heads, 1, queries, levels.length * points]),
  ]);
  const sum = graph.node('ReduceSum', [graph.node('Mul', [all, shares]), graph.integers([3])], { keepdims: 0 });
  const channelsFirst = graph.node('Reshape', [sum, graph.integers([batch, heads * depth, queries])]);
  graph.define(y, channelsFirst, y.shape, [0, 2, 1]);
};
