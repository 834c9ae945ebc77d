import { expectValue, type OptionCheck, oneOf } from '@seg/checkpoint/expect-options';
import type { Color } from '../category.ts';
import type { SegmentMap } from '../segment-map.ts';
import { drawText, fillRectangle, measureText, type Pixels } from './canvas.ts';
import { colorsOf, type DrawnCategory, expectDrawn } from './draw-segments.ts';

/** A class in a picture: its name and color, how many segments it has, and its part of the picture. */
export type LegendEntry = { category: number; name: string; color: Color; count: number; share: number };

/** Corner of a picture. */
export type Corner = 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right';

/** Space around and between the lines of a legend, in pixels of a letter. */
const GAP = 3;
const PANEL: Color = [20, 20, 24];
const TEXT: Color = [255, 255, 255];

/** Classes of a map by the part of the picture that they have, the largest first: for a table beside the picture. */
export function legendEntries(map: SegmentMap, categories: readonly DrawnCategory[]): LegendEntry[] {
  expectDrawn('legendEntries', map, categories);
  const entries = new Map<number, LegendEntry>();
  for (const { category, isThing, area } of map.segments) {
    const color = colorsOf([{ id: 0, category, isThing }], categories, true).get(0)!;
    const name = categories[category]?.name ?? `${category}`;
    const entry = entries.get(category) ?? { category, name, color, count: 0, share: 0 };
    const share = entry.share + area / (map.width * map.height);
    entries.set(category, { ...entry, count: entry.count + 1, share });
  }
  return [...entries.values()].sort((a, b) => b.share - a.share || a.category - b.category);
}

const CORNER = oneOf('top-left', 'top-right', 'bottom-left', 'bottom-right');
const ENTRIES: OptionCheck = ['a list of entries', Array.isArray];

/**
 * Draws a legend into a corner of an image, in place; as many lines as it has room for.
 *
 * @param pixels RGB or RGBA
 */
export function drawLegend(pixels: Pixels, entries: readonly LegendEntry[], corner: Corner = 'bottom-left'): void {
  expectValue('drawLegend', 'corner', corner, CORNER);
  expectValue('drawLegend', 'entries', entries, ENTRIES);
  const scale = Math.max(1, Math.round(Math.max(pixels.width, pixels.height) / 640));
  const [gap, line] = [GAP * scale, measureText('x', scale).height];
  const texts = entries.map(({ name, count }) => (count > 1 ? `${name} ${count}` : name));
  const room = Math.floor((pixels.height - gap) / (line + gap));
  const shown = texts.slice(0, Math.max(0, room));
  if (shown.length === 0) return;
  const width = 3 * gap + line + Math.max(...shown.map((text) => measureText(text, scale).width));
  const height = gap + shown.length * (line + gap);
  const x = corner.endsWith('left') ? 0 : pixels.width - width;
  const y = corner.startsWith('top') ? 0 : pixels.height - height;
  fillRectangle(pixels, { x, y, width, height }, PANEL, 0.8);
  for (const [k, text] of shown.entries()) {
    const top = y + gap + k * (line + gap);
    fillRectangle(pixels, { x: x + gap, y: top, width: line, height: line }, entries[k].color, 1);
    drawText(pixels, text, x + 2 * gap + line, top, scale, TEXT);
  }
}
