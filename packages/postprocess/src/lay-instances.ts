import { A_SET, expectOptions, expectValue, type OptionCheck } from '@seg/core/expect-options';
import type { SegmentMap } from '@seg/image';

import { type BitMask, expectMaskSize, isInside } from './bit-mask.ts';
import { A_SHARE, expectSize } from './expect-numbers.ts';
import type { Instance, InstanceList } from './instances.ts';
import { measureSegments } from './segment-map.ts';

/** Least certainty of an instance that pictures show, as in the demos of the original repositories. */
const SHOWN = 0.5;

/** Options of {@link layInstances}. */
export type LayInstancesOptions = {
  /** Least score. Default: 0.5. */
  threshold?: number;
  /** Class indices of things. Default: all. */
  things?: ReadonlySet<number>;
};

const INSTANCES: OptionCheck = [
  'instances with their width and height',
  (value) => Array.isArray((value as Partial<InstanceList> | null)?.instances),
];

/**
 * Lays instances of enough certainty over each other, the most certain on top: a map to be drawn. Their ids are their own
 * where they have some, as behind a tracker, or else their places among those that are laid, from 1 on.
 *
 * @param list Most certain first
 */
export function layInstances(list: InstanceList, options: LayInstancesOptions = {}): SegmentMap {
  expectOptions('layInstances', options, { threshold: A_SHARE, things: A_SET });
  expectValue('layInstances', 'list', list, INSTANCES);
  const { instances, width, height } = list;
  const { threshold = SHOWN, things } = options;
  expectSize('layInstances', 'size', [height, width]);
  for (const { mask } of instances) expectMaskSize('layInstances', mask, [height, width]);
  const shown = instances.filter(({ score, mask }) => score >= threshold && mask.area > 0);
  const ids = new Int32Array(width * height);
  for (let k = shown.length - 1; k >= 0; k--) paint(ids, width, shown[k].mask, k + 1);
  const claims = shown.map(({ category, score }, k) => {
    return { id: k + 1, category, isThing: things?.has(category) ?? true, score };
  });
  const map = { ids, width, height, segments: measureSegments(ids, width, claims) };
  return shown.some(({ id }) => id !== undefined) ? underOwnIds(map, shown) : map;
}

function paint(ids: Int32Array, width: number, mask: BitMask, id: number): void {
  const [left, top, wide, tall] = mask.bbox;
  for (let y = top; y < top + tall; y++) {
    for (let i = y * width + left; i < y * width + left + wide; i++) if (isInside(mask, i)) ids[i] = id;
  }
}

/** Ids of a video grow without end, so that nothing is counted by them. Those without are not tracked, and not shown. */
function underOwnIds(map: SegmentMap, shown: readonly Instance[]): SegmentMap {
  const idOf = (place: number) => shown[place - 1].id ?? 0;
  const segments = map.segments.map((segment) => ({ ...segment, id: idOf(segment.id) })).filter(({ id }) => id > 0);
  return { ...map, ids: map.ids.map((place) => (place === 0 ? 0 : idOf(place))), segments };
}
