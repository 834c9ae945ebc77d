import { A_FLAG, expectOptions, expectValue, type OptionCheck } from '@seg/checkpoint/expect-options';
import type { Category, Color } from '../category.ts';
import type { Segment, SegmentMap } from '../segment-map.ts';
import { blend, drawText, fillRectangle, measureText, type Pixels, type Rectangle } from './canvas.ts';
import { segmentColors } from './colorize.ts';
import { expectMap } from './expect-map.ts';
import { freePlace, innermostPixels } from './label-places.ts';
import { outlines } from './outlines.ts';

/** The part of a category that is drawn. */
export type DrawnCategory = Pick<Category, 'name' | 'color'>;

/** Opacity: photographs stay recognizable under a half, and things stand out from stuff. */
const FILL = { thing: 0.5, stuff: 0.32 };

/** Opacity of the segment that is pointed at: it stands out from all others, and is still to be seen through. */
const HIGHLIGHT = 0.75;

/** Opacity of outlines, which are two pixels wide and hide next to nothing. */
const BORDER = 0.95;
const WHITE: Color = [255, 255, 255];
const BLACK: Color = [0, 0, 0];

/** Options of {@link drawSegments}. */
export type DrawOptions = {
  /** Tints segments. Default: true. */
  fill?: boolean;
  /** Default: true. */
  outlines?: boolean;
  /** Writes names where there is room. Default: true. */
  labels?: boolean;
  /** Writes scores behind names. Default: true; truth has none. */
  scores?: boolean;
  /** Colors things by their ids, so that those of a video keep them. Default: false, by their order in the class. */
  steadyColors?: boolean;
  /** Id of a segment that stands out: the one that a pointer is at. */
  highlight?: number | null;
};

/** Checks of {@link DrawOptions}. */
export const DRAWING: Readonly<Record<keyof DrawOptions, OptionCheck>> = {
  fill: A_FLAG,
  outlines: A_FLAG,
  labels: A_FLAG,
  scores: A_FLAG,
  steadyColors: A_FLAG,
  highlight: ['an id, or null', (value) => value === null || Number.isFinite(value)],
};

const A_LIST: OptionCheck = ['a list', Array.isArray];

/** @throws RangeError unless there is a map, and categories for it */
export function expectDrawn(where: string, map: SegmentMap, categories: readonly DrawnCategory[]): void {
  expectMap(where, map);
  expectValue(where, 'categories', categories, A_LIST);
}

/**
 * Draws segments into an image of their size, in place: translucent color, outlines, and a label with name and score at the
 * innermost point of each segment that has room for one. The same bytes in Node and in a page: there is no canvas in it, and
 * letters are its own.
 *
 * @param pixels RGB, or RGBA: an `ImageData` to put on a canvas; a transparent one becomes a layer
 * @param categories By class index
 * @throws RangeError where image and map differ in size
 */
export function drawSegments(
  pixels: Pixels,
  map: SegmentMap,
  categories: readonly DrawnCategory[],
  options: DrawOptions = {},
): void {
  expectOptions('drawSegments', options, DRAWING);
  expectDrawn('drawSegments', map, categories);
  expectSameSize(pixels, map);
  const { steadyColors = false, labels = true, scores = true } = options;
  const colors = colorsOf(map.segments, categories, steadyColors);
  paintSegments(pixels, map, colors, options);
  if (!labels) return;
  const textOf = ({ category, score }: Segment) => {
    const name = categories[category]?.name ?? `${category}`;
    return scores ? `${name} ${Math.round(100 * score)}%` : name;
  };
  paintLabels(pixels, map, textOf, colors);
}

/** Colors of segments by id, from those of their categories. */
export function colorsOf(
  segments: readonly Pick<Segment, 'id' | 'category' | 'isThing'>[],
  categories: readonly DrawnCategory[],
  isSteady: boolean,
): Map<number, Color> {
  return segmentColors(
    segments,
    categories.map(({ color }) => color),
    isSteady,
  );
}

function expectSameSize({ data, width, height }: Pixels, map: SegmentMap): void {
  const channels = data.length / (width * height);
  if (channels !== 3 && channels !== 4) {
    throw new RangeError(
      `drawSegments: expected 3 or 4 bytes for each pixel of ${width}x${height}, got ${data.length}`,
    );
  }
  if (map.width === width && map.height === height) return;
  throw new RangeError(`drawSegments: expected a map of ${width}x${height}, got ${map.width}x${map.height}`);
}

function paintSegments(
  pixels: Pixels,
  { ids, width, height, segments }: SegmentMap,
  colors: Map<number, Color>,
  { fill = true, outlines: hasOutlines = true, highlight = null }: DrawOptions,
): void {
  const borders = hasOutlines ? outlines(ids, [height, width]) : null;
  const brushes = new Map(
    segments.map(({ id, isThing }) => {
      const isPointedAt = id === highlight;
      const opacity = isPointedAt ? HIGHLIGHT : isThing ? FILL.thing : FILL.stuff;
      const color = colors.get(id)!;
      return [id, { color, line: mixed(color, WHITE, 0.4), opacity: fill || isPointedAt ? opacity : 0 }];
    }),
  );
  let [last, brush] = [0, brushes.get(0)]; // neighbors mostly have one id: it is looked up once a run
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] !== last) [last, brush] = [ids[i], brushes.get(ids[i])];
    if (brush === undefined) continue;
    if (borders?.[i] === 1) blend(pixels, i, brush.line, BORDER);
    else if (brush.opacity > 0) blend(pixels, i, brush.color, brush.opacity);
  }
}

/** Things first, as they matter most, then stuff; large before small within each. */
function paintLabels(
  canvas: Pixels,
  map: SegmentMap,
  textOf: (segment: Segment) => string,
  colors: Map<number, Color>,
): void {
  const scale = Math.max(1, Math.round(Math.max(canvas.width, canvas.height) / 640));
  const places = innermostPixels(map);
  const order = map.segments.toSorted((a, b) => Number(b.isThing) - Number(a.isThing) || b.area - a.area);
  const taken: Rectangle[] = [];
  for (const segment of order) {
    const center = places.get(segment.id);
    if (center === undefined) continue; // no pixel has it
    const text = textOf(segment);
    const { width, height } = measureText(text, scale);
    const size = { width: width + 6 * scale, height: height + 4 * scale };
    const place = freePlace(center, size, canvas, taken);
    if (place === null) continue;
    taken.push(place);
    drawLabel(canvas, text, place, scale, colors.get(segment.id)!);
  }
}

/** White on a dark shade of the segment's color, within a light frame of it: readable on any photograph. */
function drawLabel(canvas: Pixels, text: string, place: Rectangle, scale: number, color: Color): void {
  const inner = { x: place.x + 1, y: place.y + 1, width: place.width - 2, height: place.height - 2 };
  fillRectangle(canvas, place, mixed(color, WHITE, 0.3), 0.9);
  fillRectangle(canvas, inner, mixed(color, BLACK, 0.75), 0.95);
  drawText(canvas, text, place.x + 3 * scale, place.y + 3 * scale, scale, WHITE);
}

/** A color on its way to another. */
export function mixed(color: Color, other: Color, amount: number): Color {
  return color.map((channel, c) => Math.round(channel + (other[c] - channel) * amount)) as Color;
}
