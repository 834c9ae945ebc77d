import { RELAX_WASM } from './relax-wasm.ts';

/** State of one step of a shortest path. Rows are padded to an even length, the padding costs +∞. */
export type Candidates = [
  costs: Float64Array, // [height, stride]
  open: Float64Array, // [stride] v while the column is a candidate, −∞ once it is reached: its distance stays infinite
  distance: Float64Array, // [stride] shortest distance found to a candidate, +∞ once it is reached
  path: Float64Array, // [stride] the row it was found from
  nearest: Float64Array, // [stride]
  u: Float64Array, // [stride] dual variables of the rows
  rowOfColumn: Float64Array, // [stride] −1 while a column has none
];

/**
 * Shortens the distances to all candidates by way of one row, d = ((lowest + cost) − u) − v, rounded in this order, and
 * lists the columns at the smallest distance in `nearest`, ascending. Distances below `floor` count as `floor` before
 * they are shortened: +∞ begins a search, −∞ continues it.
 *
 * @returns How many columns are nearest
 */
export type Relax = (row: number, lowest: number, u: number, floor: number) => number;

/** The plain loop: what the fast one is measured against, and what runs where there is no SIMD. */
export function plainRelax([costs, open, distance, path, nearest]: Candidates): Relax {
  const stride = open.length;
  return (row, lowest, u, floor) => {
    let best = Infinity;
    let count = 0;
    for (let j = 0, k = row * stride; j < stride; j++, k++) {
      const through = lowest + costs[k] - u - open[j];
      distance[j] = Math.max(distance[j], floor);
      if (through < distance[j]) {
        distance[j] = through;
        path[j] = row;
      }
      if (distance[j] > best) continue;
      if (distance[j] < best) count = 0;
      best = distance[j];
      nearest[count++] = j;
    }
    return count;
  };
}

/** Fills the problem. @returns The least cost, NaN if one is NaN */
export type Load = (raw: ArrayLike<number>) => number;

/** The plain loop beside the fast one, as above. */
function plainLoad(costs: Float64Array, height: number, width: number, isTurned: boolean): Load {
  const stride = costs.length / height;
  const [rowStep, step] = isTurned ? [1, height] : [width, 1];
  return (raw) => {
    let least = Infinity;
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) least = Math.min(least, (costs[i * stride + j] = raw[i * rowStep + j * step]));
    }
    return least;
  };
}

type Kernel = Record<'relax' | 'load', (...addressesAndNumbers: number[]) => number> & { memory: WebAssembly.Memory };

/** null where WebAssembly may not run, or has no SIMD. */
const wasm = (() => {
  try {
    const bytes = Uint8Array.from(atob(RELAX_WASM), (character) => character.charCodeAt(0));
    return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Kernel;
  } catch {
    return null;
  }
})();

/** A problem, what fills it, and what relaxes it. */
export type Problem = [candidates: Candidates, load: Load, relax: Relax];

/**
 * Memory for a problem with what fills it and what relaxes it, several times faster in WebAssembly. That memory is one
 * for all problems: it holds the last, and keeps the size of the largest.
 */
export function prepare(height: number, width: number, isTurned: boolean, fast: boolean): Problem {
  const stride = width + (width & 1);
  const row = stride * 8;
  const start = 6 * row;
  const end = start + height * row;
  const bytes = end + height * width * 8;
  const kernel = fast && bytes < 2 ** 31 && wasm;
  const missing = kernel ? bytes - kernel.memory.buffer.byteLength : 0;
  if (kernel && missing > 0) kernel.memory.grow(Math.ceil(missing / 65536));
  const buffer = kernel ? kernel.memory.buffer : new ArrayBuffer(end);
  const array = (k: number, length = stride) => new Float64Array(buffer, k * row, length);
  const costs = array(6, height * stride);
  for (let k = width; k < costs.length; k += stride) if (stride > width) costs[k] = Infinity;
  const candidates: Candidates = [costs, array(0), array(1), array(2), array(3), array(4), array(5)];
  if (!kernel) return [candidates, plainLoad(costs, height, width, isTurned), plainRelax(candidates)];
  const load: Load = (raw) => {
    new Float64Array(buffer, end).set(raw);
    const [rowStep, step] = isTurned ? [8, height * 8] : [width * 8, 8];
    return kernel.load(end, start, end, width * 8, row, rowStep, step);
  };
  return [candidates, load, (i, lowest, u, floor) => kernel.relax(start + i * row, row, lowest, u, i, floor)];
}
