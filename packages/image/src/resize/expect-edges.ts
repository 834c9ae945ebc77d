import { expectValue, listOf, numberIn } from '@seg/checkpoint/expect-options';
import type { ImageSize } from '../rgb-image.ts';

/** Lengths that the shorter edge gets, and the longer one at most. */
type Edges = { readonly shortestEdge: number; readonly longestEdge: number };

const A_SIZE = listOf(numberIn({ least: 1, isWhole: true }), 2);
const AN_EDGE = numberIn({ least: 0, above: true });
/** Without a bound, too. */
const A_BOUND = numberIn({ least: 0, above: true, most: Number.POSITIVE_INFINITY });

/** @throws RangeError unless the size is that of an image */
export function expectSize(where: string, size: ImageSize): void {
  expectValue(where, 'size', size, A_SIZE);
}

/** @throws RangeError unless the size is that of an image, and its edges can be brought to these lengths */
export function expectEdges(where: string, size: ImageSize, edges: Edges): void {
  expectSize(where, size);
  expectValue(where, 'shortestEdge', edges?.shortestEdge, AN_EDGE);
  expectValue(where, 'longestEdge', edges.longestEdge, A_BOUND);
}
