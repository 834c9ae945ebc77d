import { expectValue, type OptionCheck } from '@seg/checkpoint/expect-options';
import type { SegmentMap } from '../segment-map.ts';

const A_MAP: OptionCheck = ['a map with ids and segments', isMap];

function isMap(value: unknown): boolean {
  const { ids, segments } = (value ?? {}) as Partial<SegmentMap>;
  return ids !== undefined && Array.isArray(segments);
}

/** @throws RangeError unless there is a map of segments, with an id for each of its pixels */
export function expectMap(where: string, map: SegmentMap): void {
  expectValue(where, 'map', map, A_MAP);
  const { ids, width, height } = map;
  if (ids.length === width * height) return;
  throw new RangeError(`${where}: expected an id for each pixel of ${width}x${height}, got ${ids.length}`);
}
