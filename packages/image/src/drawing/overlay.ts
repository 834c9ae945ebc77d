import type { Category, Color } from '../category.ts';
import { resizeImage } from '../resize/resize-image.ts';
import { resizeLabels } from '../resize/resize-labels.ts';
import type { RgbImage } from '../rgb-image.ts';
import type { Segment, SegmentMap } from '../segment-map.ts';
import { blend, drawText, fillRectangle, measureText, type Rectangle } from './canvas.ts';
import { segmentColors } from './colorize.ts';
import { freePlace, innermostPixels } from './label-places.ts';
import { outlines } from './outlines.ts';

/** The part of a category that is drawn. */
type Drawn = Pick<Category, 'name' | 'color'>;

/** Labels are nine pixels high: on pictures with shorter long sides than this they would hide the segments. */
const SMALLEST_SIDE = 400;

/** Opacity: photographs stay recognizable under a half, and things stand out from stuff. */
const FILL = { thing: 0.5, stuff: 0.32 };

/** Opacity of outlines, which are two pixels wide and hide next to nothing. */
const BORDER = 0.95;
const WHITE: Color = [255, 255, 255];
const BLACK: Color = [0, 0, 0];

/** Options of `drawOverlay`. */
export type OverlayOptions = {
  /** Writes scores behind names. Default: true; truth has none. */
  scores?: boolean;
  /** Colors things by their ids, so that those of a video keep them. Default: false, by their order in the class. */
  steadyColors?: boolean;
};

/**
 * Draws segments over the photograph: translucent color, outlines in full color, and a label with name and score at the
 * innermost point of each segment that has room for one. Small pictures are enlarged by a whole factor first, so that
 * labels can be read.
 *
 * @param categories By class index
 */
export function drawOverlay(
  image: RgbImage,
  map: SegmentMap,
  categories: readonly Drawn[],
  { scores = true, steadyColors = false }: OverlayOptions = {},
): RgbImage {
  const factor = Math.max(1, Math.ceil(SMALLEST_SIDE / Math.max(image.width, image.height)));
  const [canvas, drawn] = [enlarge(image, factor), enlargeMap(map, factor)];
  const colors = segmentColors(
    map.segments,
    categories.map(({ color }) => color),
    steadyColors,
  );
  paintSegments(canvas, drawn, colors);
  const textOf = ({ category, score }: Segment) => {
    const name = categories[category]?.name ?? `${category}`;
    return scores ? `${name} ${Math.round(100 * score)}%` : name;
  };
  paintLabels(canvas, drawn, textOf, colors);
  return canvas;
}

function enlarge(image: RgbImage, factor: number): RgbImage {
  return resizeImage(image, [image.height * factor, image.width * factor]);
}

function enlargeMap(map: SegmentMap, factor: number): SegmentMap {
  const { ids, width, height } = map;
  const [tall, wide] = [height * factor, width * factor];
  return { ...map, ids: resizeLabels(ids, [height, width], [tall, wide]), width: wide, height: tall };
}

function paintSegments(
  canvas: RgbImage,
  { ids, width, height, segments }: SegmentMap,
  colors: Map<number, Color>,
): void {
  const borders = outlines(ids, [height, width]);
  const fills = new Map(segments.map(({ id, isThing }) => [id, isThing ? FILL.thing : FILL.stuff]));
  for (let i = 0; i < ids.length; i++) {
    const color = colors.get(ids[i]);
    if (color === undefined) continue;
    if (borders[i] === 1) blend(canvas, i, mixed(color, WHITE, 0.4), BORDER);
    else blend(canvas, i, color, fills.get(ids[i])!);
  }
}

/** Things first, as they matter most, then stuff; large before small within each. */
function paintLabels(
  canvas: RgbImage,
  map: SegmentMap,
  textOf: (segment: Segment) => string,
  colors: Map<number, Color>,
): void {
  const scale = Math.max(1, Math.round(Math.max(canvas.width, canvas.height) / 640));
  const places = innermostPixels(map);
  const order = map.segments.toSorted((a, b) => Number(b.isThing) - Number(a.isThing) || b.area - a.area);
  const taken: Rectangle[] = [];
  for (const segment of order) {
    const text = textOf(segment);
    const { width, height } = measureText(text, scale);
    const size = { width: width + 6 * scale, height: height + 4 * scale };
    const place = freePlace(places.get(segment.id)!, size, canvas, taken);
    if (place === null) continue;
    taken.push(place);
    drawLabel(canvas, text, place, scale, colors.get(segment.id)!);
  }
}

/** White on a dark shade of the segment's color, within a light frame of it: readable on any photograph. */
function drawLabel(canvas: RgbImage, text: string, place: Rectangle, scale: number, color: Color): void {
  const inner = { x: place.x + 1, y: place.y + 1, width: place.width - 2, height: place.height - 2 };
  fillRectangle(canvas, place, mixed(color, WHITE, 0.3), 0.9);
  fillRectangle(canvas, inner, mixed(color, BLACK, 0.75), 0.95);
  drawText(canvas, text, place.x + 3 * scale, place.y + 3 * scale, scale, WHITE);
}

function mixed(color: Color, other: Color, amount: number): Color {
  return color.map((channel, c) => Math.round(channel + (other[c] - channel) * amount)) as Color;
}
