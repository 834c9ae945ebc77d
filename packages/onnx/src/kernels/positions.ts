import type { Size } from '@seg/core';

import { NCHW, type Sides } from '../graph/axes.ts';
import type { Graph } from '../graph/graph.ts';
import type { OnnxBody } from './onnx-body.ts';

/** Two-dimensional sine position, [H · W, C]: sin and cos of place / length · 2π over temperature^(2⌊i/2⌋ / channels). */
export const sinePosition: OnnxBody = (graph, _, { height, width, dim, temperature = 10000, offset = 0 }, [y]) => {
  const half = dim / 2;
  const scales = Array.from({ length: half / 2 }, (_, i) => temperature ** ((2 * i) / half));
  const waves = (length: number): string => {
    const counted = graph.node('Add', [indices(graph, length), graph.floats([1 + offset])]);
    const share = graph.node('Div', [counted, graph.node('Add', [scalar(graph, length), graph.floats([1e-6])])]);
    const angle = graph.node('Mul', [share, graph.floats([2 * Math.PI])]);
    const angles = graph.node('Div', [reshape(graph, angle, [length, 1, 1]), graph.floats(scales, [half / 2, 1])]);
    const both = graph.node('Concat', [graph.node('Sin', [angles]), graph.node('Cos', [angles])], { axis: 2 });
    return reshape(graph, both, [length, half]);
  };
  const rows = spread(graph, waves(height), [height, 1, half], [height, width, half]);
  const columns = spread(graph, waves(width), [1, width, half], [height, width, half]);
  const whole = graph.node('Concat', [rows, columns], { axis: 2 });
  graph.define(y, reshape(graph, whole, [height * width, dim]));
};

/** Centers of the cells of every level, (x, y) in [0, 1]: [1, Σ H · W, 1, 2]. */
export const cellCenters: OnnxBody = (graph, _, { levels }, [y]) => {
  const perLevel = (levels as Size[]).map(([height, width]) => {
    const places = (length: number): string => {
      const centers = graph.node('Add', [indices(graph, length), graph.floats([0.5])]);
      return graph.node('Div', [centers, scalar(graph, length)]);
    };
    const across = spread(graph, places(width), [1, width, 1], [height, width, 1]);
    const down = spread(graph, places(height), [height, 1, 1], [height, width, 1]);
    const pairs = graph.node('Concat', [across, down], { axis: 2 });
    return reshape(graph, pairs, [1, height * width, 1, 2]);
  });
  graph.define(y, graph.node('Concat', perLevel, { axis: 1 }));
};

/** One pixel of each level as a share of the map, (1 / W, 1 / H) for every point: [1, 1, L, 2P]. */
export const pixelSizes: OnnxBody = (graph, _, { levels, numPoints }, [y]) => {
  const sides = (levels as Size[]).flatMap(([height, width]) =>
    Array.from({ length: numPoints }, () => [width, height]).flat(),
  );
  const shares = graph.node('Reciprocal', [floatsOf(graph, sides)]);
  graph.define(y, reshape(graph, shares, y.shape));
};

/** Places from −1 at the first column or row to 1 at the last: [B, H, W, 1 or 2]. */
export const coordinates: OnnxBody = (graph, _, { size, axes }, [y]) => {
  const [batch, height, width] = size as Sides;
  const places = (length: number): string => {
    const last = graph.node('Max', [graph.node('Sub', [scalar(graph, length), graph.floats([1])]), graph.floats([1])]);
    const shares = graph.node('Div', [graph.node('Mul', [indices(graph, length), graph.floats([2])]), last]);
    return graph.node('Sub', [shares, graph.floats([1])]);
  };
  const maps = [...(axes as string)].map((axis) =>
    axis === 'x'
      ? spread(graph, places(width), [1, 1, 1, width], [batch, 1, height, width])
      : spread(graph, places(height), [1, 1, height, 1], [batch, 1, height, width]),
  );
  graph.define(y, maps.length === 1 ? maps[0] : graph.node('Concat', maps, { axis: 1 }), y.shape, NCHW);
};

/** 0 to length − 1. */
function indices(graph: Graph, length: number): string {
  return graph.node('Range', [graph.floats([0]), scalar(graph, length), graph.floats([1])]);
}

/** A size as a float without axes. */
function scalar(graph: Graph, length: number): string {
  return graph.node('Squeeze', [floatsOf(graph, [length])]);
}

/** Sizes as floats: a cast, since sizes that are free are integers. */
function floatsOf(graph: Graph, sides: Sides): string {
  return graph.node('Cast', [graph.integers(sides)], { to: 1 });
}

function reshape(graph: Graph, name: string, shape: Sides): string {
  return graph.node('Reshape', [name, graph.integers(shape)]);
}

/** Repeats along the axes that are 1 in `shape`. */
function spread(graph: Graph, name: string, shape: Sides, whole: Sides): string {
  return graph.node('Expand', [reshape(graph, name, shape), graph.integers(whole)]);
}
