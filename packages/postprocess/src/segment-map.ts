import { expectValue } from '@seg/core/expect-options';
import type { Segment } from '@seg/image';
import { A_COUNT, expectValues } from './expect-numbers.ts';

/** A segment before its pixels are counted. */
export type SegmentClaim = Pick<Segment, 'id' | 'category' | 'isThing' | 'score' | 'query'>;

/** Highest id that a map can hold. */
const MOST_ID = 2 ** 31 - 1;

/**
 * Counts the pixels of every segment and finds its box. Segments without a pixel are dropped.
 *
 * @param ids [H · W]
 * @throws RangeError where the width is none of theirs, or the id of a segment is none
 */
export function measureSegments(ids: Int32Array, width: number, claims: readonly SegmentClaim[]): Segment[] {
  const placeOf = placesOf(ids, width, claims);
  const count = placeOf.size;
  const areas = new Int32Array(count);
  const [lefts, rights] = [new Int32Array(count).fill(width), new Int32Array(count).fill(-1)];
  const [tops, bottoms] = [new Int32Array(count), new Int32Array(count)];
  let [last, at] = [0, -1]; // neighbors mostly have one id
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] !== last) at = placeOf.get((last = ids[i])) ?? -1;
    if (at < 0) continue;
    const x = i % width;
    const y = (i - x) / width;
    if (areas[at]++ === 0) tops[at] = y;
    bottoms[at] = y;
    if (x < lefts[at]) lefts[at] = x;
    if (x > rights[at]) rights[at] = x;
  }
  return claims.flatMap((claim) => {
    const k = placeOf.get(claim.id)!;
    if (areas[k] === 0) return [];
    return [
      { ...claim, area: areas[k], bbox: [lefts[k], tops[k], rights[k] - lefts[k] + 1, bottoms[k] - tops[k] + 1] },
    ];
  });
}

/** Places of ids, from 0 on: tables by id would be as long as the highest. */
function placesOf(ids: Int32Array, width: number, claims: readonly SegmentClaim[]): Map<number, number> {
  expectValue('measureSegments', 'width', width, A_COUNT);
  expectValues('measureSegments', `ids in rows of ${width}`, ids, width * Math.ceil((ids?.length ?? 0) / width));
  const places = new Map<number, number>();
  for (const { id } of claims) {
    if (!(Number.isSafeInteger(id) && id >= 1 && id <= MOST_ID))
      throw new RangeError(`measureSegments: expected ids of 1 to ${MOST_ID}, got ${id}`);
    if (!places.has(id)) places.set(id, places.size);
  }
  return places;
}
