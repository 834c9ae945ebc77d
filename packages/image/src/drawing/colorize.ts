import { expectValue } from '@seg/checkpoint/expect-options';
import type { Color } from '../category.ts';
import type { RgbImage } from '../rgb-image.ts';
import type { Segment, SegmentMap } from '../segment-map.ts';
import { expectMap } from './expect-map.ts';

/** Steps of the golden ratio fill the circle evenly, whatever their number. */
const GOLDEN_TURN = 0.6180339887498949;

/** A prime, so that objects that come one after the other differ, and those of one color are far apart. */
const STEADY_TURNS = 31;

/**
 * A color for every segment, by id. Stuff has its category's color; things of a category take turns around it in
 * brightness, so that neighbors differ. Without category colors, hues advance by the golden ratio.
 *
 * @param categoryColors By class index, 0 to 255
 * @param isSteady True: the turn is that of the id, not of the order, so that objects of a video keep their colors
 */
export function segmentColors(
  segments: readonly Pick<Segment, 'id' | 'category' | 'isThing'>[],
  categoryColors: readonly (Color | undefined)[] = [],
  isSteady = false,
): Map<number, Color> {
  expectValue('segmentColors', 'segments', segments, ['a list', Array.isArray]);
  const seen = new Map<number, number>();
  const colors = new Map<number, Color>();
  for (const { id, category, isThing } of segments) {
    const before = isSteady ? (isThing ? id % STEADY_TURNS : 0) : (seen.get(category) ?? 0);
    seen.set(category, before + 1);
    const base = categoryColors[category] ?? hueColor(category * GOLDEN_TURN, isThing ? 0.85 : 0.5);
    colors.set(id, before === 0 ? [...base] : varied(base, before));
  }
  return colors;
}

/** Paints ids: each segment in its color, 0 in black. */
export function colorize(map: SegmentMap, categoryColors?: readonly (Color | undefined)[]): RgbImage {
  expectMap('colorize', map);
  const { ids, width, height, segments } = map;
  const colors = segmentColors(segments, categoryColors);
  const data = new Uint8Array(ids.length * 3);
  for (let i = 0; i < ids.length; i++) {
    const color = colors.get(ids[i]);
    if (color !== undefined) data.set(color, 3 * i);
  }
  return { data, width, height };
}

/** The n-th relative of a color: lighter and darker by turns, a little further each time, and slightly turned in hue. */
function varied(color: Color, n: number): Color {
  const amount = 0.2 + 0.5 * ((n * GOLDEN_TURN) % 1);
  const target = n % 2 === 1 ? 255 : 0;
  const turned: Color = n % 3 === 2 ? [color[1], color[2], color[0]] : color;
  return turned.map((channel) => Math.round(channel + (target - channel) * amount * 0.7)) as Color;
}

function hueColor(turns: number, saturation: number): Color {
  return [0, 2, 4].map((offset) => {
    const distance = Math.abs(((turns * 6 + 6 - offset) % 6) - 3) - 1;
    const pure = Math.max(0, Math.min(1, distance));
    return Math.round(235 * (1 - saturation * (1 - pure)));
  }) as Color;
}
