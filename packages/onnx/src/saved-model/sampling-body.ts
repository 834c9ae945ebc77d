import type { Size } from '@seg/core';

import type { TensorflowBody } from './tensorflow-body.ts';
import type { TensorflowGraph } from './tensorflow-graph.ts';

const FLOAT = { T: { type: 'float32' } } as const;
const INTEGER = { T: { type: 'int32' } } as const;

/** One of the two pixels beside a place along an axis: its index, and its share of the sample, 0 outside the map. */
type Neighbor = { index: string; share: string };

/**
 * All corners of all levels in one gather and one product: a location (x, y) in [0, 1] is pixel x·W − ½, y·H − ½, and a pixel
 * outside a map counts as zero. Zhu et al. 2021, eq. 3.
 */
export const deformableSampling: TensorflowBody = (graph, { value, locations, weights }, { levels }, [y]) => {
  const [batch, tokens, heads, depth] = value.shape;
  const [queries, points] = [locations.shape[1]!, locations.shape[4]!];
  const samples = levels.length * points;
  const shape = [batch, queries, heads, samples];
  const sizes = (levels as Size[]).flatMap((level) => Array<Size>(points).fill(level));
  const flat = graph.reshape(graph.request(locations), 'float32', [batch, queries, heads, samples, 2]);
  const shares = graph.reshape(graph.request(weights), 'float32', shape);
  const along = (axis: number, sides: number[]) => neighbors(graph, coordinate(graph, flat, axis, shape), sides);
  const [columns, rows] = [along(0, sizes.map(([, width]) => width)), along(1, sizes.map(([height]) => height))]; // biome-ignore format: pairs
  const widths = graph.integers(sizes.map(([, width]) => width), [samples]); // biome-ignore format: one line
  const firsts = graph.integers(firstTokens(levels, points), [samples]);
  const corners = rows.flatMap((row) =>
    columns.map((column) => {
      const line = graph.node('AddV2', [graph.node('Mul', [row.index, widths], INTEGER), column.index], INTEGER);
      return {
        token: graph.node('AddV2', [line, firsts], INTEGER),
        share: graph.node('Mul', [graph.node('Mul', [row.share, column.share], FLOAT), shares], FLOAT),
      };
    }),
  );
  const token = concat(graph, corners.map((each) => each.token), 'int32'); // biome-ignore format: one line
  const share = concat(graph, corners.map((each) => each.share), 'float32'); // biome-ignore format: one line
  const table = graph.reshape(graph.request(value), 'float32', [batch * tokens * heads, depth]);
  const scaled = graph.node('Mul', [token, graph.integers([heads], [])], INTEGER);
  const row = graph.node(
    'AddV2',
    [scaled, graph.integers(firstRows(batch, tokens, heads), [batch, 1, heads, 1])],
    INTEGER,
  );
  const found = graph.node('GatherV2', [table, row, graph.integers([0], [])], {
    Tparams: { type: 'float32' },
    Tindices: { type: 'int32' },
    Taxis: { type: 'int32' },
    batch_dims: { int: 0 },
  });
  const all = batch * queries * heads;
  const mixed = graph.node(
    'BatchMatMulV2',
    [
      graph.reshape(share, 'float32', [all, 1, 4 * samples]),
      graph.reshape(found, 'float32', [all, 4 * samples, depth]),
    ],
    { ...FLOAT, adj_x: { bool: false }, adj_y: { bool: false } },
  );
  graph.define(y, graph.reshape(mixed, 'float32', y.shape));
};

/** x or y of every location, [B, Q, M, L · P]. */
function coordinate(graph: TensorflowGraph, locations: string, axis: number, shape: number[]): string {
  const begin = graph.integers([0, 0, 0, 0, axis]);
  const one = graph.node('Slice', [locations, begin, graph.integers([...shape, 1])], {
    ...FLOAT,
    Index: { type: 'int32' },
  });
  return graph.reshape(one, 'float32', shape);
}

/** @param sides Length of the map along the axis, for each sample */
function neighbors(graph: TensorflowGraph, place: string, sides: number[]): Neighbor[] {
  const scaled = graph.node('Mul', [place, graph.floats(sides, [sides.length])], FLOAT);
  const at = graph.node('Sub', [scaled, graph.floats([0.5])], FLOAT);
  const below = graph.node('Floor', [at], FLOAT);
  const lasts = graph.floats(
    sides.map((side) => side - 1),
    [sides.length],
  );
  return [0, 1].map((step) => {
    const pixel = step === 0 ? below : graph.node('AddV2', [below, graph.floats([step])], FLOAT);
    const clipped = graph.node('Minimum', [graph.node('Maximum', [pixel, graph.floats([0])], FLOAT), lasts], FLOAT);
    const isInside = cast(graph, graph.node('Equal', [pixel, clipped], FLOAT), 'bool', 'float32');
    const distance = graph.node('Abs', [graph.node('Sub', [at, pixel], FLOAT)], FLOAT);
    const share = graph.node('Sub', [graph.floats([1]), distance], FLOAT);
    return {
      index: cast(graph, clipped, 'float32', 'int32'),
      share: graph.node('Mul', [share, isInside], FLOAT),
    };
  });
}

function cast(graph: TensorflowGraph, x: string, from: 'float32' | 'bool', to: 'float32' | 'int32'): string {
  return graph.node('Cast', [x], { SrcT: { type: from }, DstT: { type: to } });
}

function concat(graph: TensorflowGraph, parts: string[], type: 'float32' | 'int32'): string {
  const attributes = { T: { type }, N: { int: parts.length }, Tidx: { type: 'int32' } } as const;
  return graph.node('ConcatV2', [...parts, graph.integers([3], [])], attributes);
}

/** Token with which the level of each sample begins. */
function firstTokens(levels: readonly Size[], points: number): number[] {
  let start = 0;
  return levels.flatMap(([height, width]) => {
    const first = Array<number>(points).fill(start);
    start += height * width;
    return first;
  });
}

/** Row of the first token of each image and head in a table [B · S · M, D]. */
function firstRows(batch: number, tokens: number, heads: number): number[] {
  return Array.from({ length: batch * heads }, (_, i) => Math.floor(i / heads) * tokens * heads + (i % heads));
}
