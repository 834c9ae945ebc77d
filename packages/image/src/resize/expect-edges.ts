import { expectValue, numberIn } from '@seg/checkpoint/expect-options';
import type { ImageSize } from '../rgb-image.ts';

/** Lengths that the shorter edge gets, and the longer one at most. */
type Edges = { readonly shortestEdge: number; readonly longestEdge: number };

const AN_EDGE = numberIn({ least: 0, above: true });
/** Without a bound, too. */
const A_BOUND = numberIn({ least: 0, above: true, most: Number.POSITIVE_INFINITY });

/** @throws RangeError where a side is no whole number of 1 or more */
export function expectSize(where: string, size: ImageSize): void {
  const sides = Array.isArray(size) ? Array.from(size) : [];
  if (sides.length === 2 && sides.every((side) => Number.isInteger(side) && side >= 1)) return;
  throw new RangeError(`${where}: expected a height and width of 1 or more, got ${sides.join('x') || String(size)}`);
}

/** @throws RangeError unless the size is that of an image, and its edges can be brought to these lengths */
export function expectEdges(where: string, size: ImageSize, edges: Edges): void {
  expectSize(where, size);
  expectValue(where, 'shortestEdge', edges?.shortestEdge, AN_EDGE);
  expectValue(where, 'longestEdge', edges.longestEdge, A_BOUND);
}
