import { escapeXml } from '@seg/coco-eval';

import { type DatasetStatistics, POSITION_CELLS } from './measure-dataset.ts';

const INK = '#334';
const BLUE = '#3a6ea5';
const FAINT = '#eef';

/** Width and height of a bar of a class, and the room for its name, in pixels. */
const [NAME, BAR, ROW] = [160, 360, 18];

/** Side of a cell of the map of positions, in pixels. */
const CELL = 16;

/** Classes that get a bar; more would make a picture that no page shows. */
const MOST_BARS = 60;

/** Draws statistics as one SVG: objects per class, their sizes relative to the image, and their places. */
export function drawStatistics(statistics: DatasetStatistics, title: string): string {
  const rows = statistics.classes.toSorted((a, b) => b.objects - a.objects).slice(0, MOST_BARS);
  const left = classBars(rows);
  const right = `${sizeBars(statistics)}${positionMap(statistics)}`;
  const height = Math.max(60 + ROW * rows.length, 460);
  const width = NAME + BAR + 130 + POSITION_CELLS * CELL + 30;
  const { images, objects } = statistics;
  const heading = `${label(12, 24, title, 'font-size="15"')}${label(12, 42, `${images} images, ${objects} objects`)}`;
  const shift = NAME + BAR + 130;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`,
    ` font-family="sans-serif" font-size="11" fill="${INK}"><title>${escapeXml(title)}</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>${heading}<g transform="translate(0 56)">${left}</g>`,
    `<g transform="translate(${shift} 56)">${right}</g></svg>\n`,
  ].join('');
}

function classBars(rows: DatasetStatistics['classes']): string {
  const largest = Math.max(1, ...rows.map(({ objects }) => objects));
  return rows
    .map(({ name, objects, images }, k) => {
      const [y, length] = [k * ROW, (objects / largest) * BAR];
      const count = `${objects} in ${images} ${images === 1 ? 'image' : 'images'}`;
      return [
        label(NAME - 6, y + 12, [...name].slice(0, 26).join(''), 'text-anchor="end"'),
        rectangle(NAME, y + 2, length, ROW - 4, BLUE),
        label(NAME + length + 5, y + 12, count),
      ].join('');
    })
    .join('');
}

/** Ten bins from nothing to the whole image. */
function sizeBars({ relativeSides }: DatasetStatistics): string {
  const largest = Math.max(1, ...relativeSides);
  const [wide, tall] = [(POSITION_CELLS * CELL) / relativeSides.length, 70];
  const bars = relativeSides.map((count, k) => {
    const height = (count / largest) * tall;
    return rectangle(k * wide + 1, 16 + tall - height, wide - 2, height, BLUE, `${count}`);
  });
  const scale = `${label(0, 100, '0')}${label(POSITION_CELLS * CELL, 100, '1', 'text-anchor="end"')}`;
  return `${label(0, 8, 'size: root of the share of the image')}${bars.join('')}${scale}`;
}

function positionMap({ positions }: DatasetStatistics): string {
  const largest = Math.max(1, ...positions);
  const cells = positions.map((count, i) => {
    const [x, y] = [(i % POSITION_CELLS) * CELL, Math.floor(i / POSITION_CELLS) * CELL];
    const opacity = Math.round((100 * count) / largest) / 100;
    return count === 0 ? '' : rectangle(x, y, CELL, CELL, BLUE, `${count}`, `fill-opacity="${opacity}"`);
  });
  const side = POSITION_CELLS * CELL;
  const frame = `<rect width="${side}" height="${side}" fill="none" stroke="${INK}" stroke-opacity="0.3"/>`;
  const ground = rectangle(0, 0, side, side, FAINT);
  return `<g transform="translate(0 130)">${label(0, -6, 'places: middles of objects')}${ground}${cells.join('')}${frame}</g>`;
}

function rectangle(x: number, y: number, width: number, height: number, fill: string, title = '', more = ''): string {
  const place = `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
  return `<rect ${place} fill="${fill}" ${more}>${title && `<title>${title}</title>`}</rect>`;
}

function label(x: number, y: number, text: string, attributes = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escapeXml(text)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
