import type { Segment, SegmentMap } from '../segment-map.ts';
import { expectMap } from './expect-map.ts';

/**
 * Finds the segment at a point of the picture: what a pointer is at.
 *
 * @param x From the left, in pixels of the map; parts of a pixel are cut off
 * @param y From the top
 * @returns null where there is none, or the point is outside
 */
export function segmentAt(map: SegmentMap, x: number, y: number): Segment | null {
  expectMap('segmentAt', map);
  const { ids, width, height, segments } = map;
  const [column, row] = [Math.floor(x), Math.floor(y)];
  if (!(column >= 0 && column < width && row >= 0 && row < height)) return null;
  const id = ids[row * width + column];
  return segments.find((segment) => segment.id === id) ?? null;
}
