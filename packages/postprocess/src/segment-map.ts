import type { Segment } from '@seg/image';

/** A segment before its pixels are counted. */
export type SegmentClaim = Pick<Segment, 'id' | 'category' | 'isThing' | 'score' | 'query'>;

/** Counts the pixels of every segment and finds its box. Segments without a pixel are dropped. */
export function measureSegments(ids: Int32Array, width: number, claims: readonly SegmentClaim[]): Segment[] {
  const most = claims.reduce((highest, { id }) => Math.max(highest, id), 0);
  const areas = new Int32Array(most + 1);
  const [lefts, rights] = [new Int32Array(most + 1).fill(width), new Int32Array(most + 1).fill(-1)];
  const [tops, bottoms] = [new Int32Array(most + 1), new Int32Array(most + 1)];
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i];
    if (id === 0) continue;
    const x = i % width;
    const y = (i - x) / width;
    if (areas[id]++ === 0) tops[id] = y;
    bottoms[id] = y;
    if (x < lefts[id]) lefts[id] = x;
    if (x > rights[id]) rights[id] = x;
  }
  return claims
    .filter(({ id }) => areas[id] > 0)
    .map((claim) => {
      const { id } = claim;
      const bbox: Segment['bbox'] = [lefts[id], tops[id], rights[id] - lefts[id] + 1, bottoms[id] - tops[id] + 1];
      return { ...claim, area: areas[id], bbox };
    });
}
