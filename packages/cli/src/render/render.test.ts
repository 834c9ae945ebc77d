import { measureSegments } from '@seg/postprocess';
import { expect, test } from 'vitest';

import { drawText, measureText } from './canvas.ts';
import { freePlace, innermostPixels } from './label-places.ts';
import { drawOverlay } from './overlay.ts';
import { isInk } from './pixel-font.ts';
import { Progress } from './progress.ts';
import { formatTable } from './table.ts';

test('a letter looks like itself', () => {
  const image = { data: new Uint8Array(5 * 9 * 3), width: 5, height: 9 };
  drawText(image, 'g', 0, 0, 1, [255, 255, 255]);
  const rows = Array.from({ length: 9 }, (_, y) =>
    Array.from({ length: 5 }, (_, x) => (image.data[3 * (5 * y + x)] > 0 ? '#' : '.')).join(''),
  );
  expect(rows).toEqual(['.....', '.....', '.####', '#...#', '#...#', '#...#', '.####', '....#', '.###.']);
});

test('no two characters look alike, and strange ones look like question marks', () => {
  const picture = (character: string) =>
    Array.from({ length: 45 }, (_, i) => Number(isInk(character, i % 5, Math.floor(i / 5)))).join('');
  const characters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 -.,%:/()_'#+&?"];
  expect(new Set(characters.map(picture)).size).toBe(characters.length);
  expect(picture('é')).toBe(picture('?'));
});

test('text is clipped at the edge of the picture', () => {
  const image = { data: new Uint8Array(4 * 4 * 3), width: 4, height: 4 };
  drawText(image, 'WW', -3, -2, 2, [255, 0, 0]);
  expect(measureText('WW', 2)).toEqual({ width: 22, height: 18 });
  expect(image.data.length).toBe(48);
});

test('a label belongs where its segment is widest', () => {
  const width = 9;
  const ids = Int32Array.from({ length: 9 * 5 }, (_, i) => (i % width < 2 ? 1 : 2));
  const places = innermostPixels({ ids, width, height: 5, segments: [] });
  expect(places.get(2)!.y).toBe(2);
  expect(places.get(2)!.x).toBeGreaterThanOrEqual(4);
});

test('labels stay in the picture and off each other', () => {
  const size = { width: 20, height: 10 };
  const picture = { width: 50, height: 40 };
  const first = freePlace({ x: 0, y: 0 }, size, picture, [])!;
  expect(first).toEqual({ x: 0, y: 0, width: 20, height: 10 });
  const second = freePlace({ x: 5, y: 3 }, size, picture, [first])!;
  expect(second.y).toBeGreaterThanOrEqual(10);
  expect(freePlace({ x: 25, y: 20 }, size, picture, [{ x: 0, y: 0, width: 50, height: 40 }])).toBeNull();
});

test('an overlay without segments is the photograph', () => {
  const image = { data: new Uint8Array(400 * 10 * 3).fill(77), width: 400, height: 10 };
  const overlay = drawOverlay(image, { ids: new Int32Array(4000), width: 400, height: 10, segments: [] }, []);
  expect(overlay).toEqual(image);
});

test('segments are tinted, their borders stronger', () => {
  const [width, height] = [400, 40];
  const image = { data: new Uint8Array(width * height * 3), width, height };
  const ids = Int32Array.from({ length: width * height }, (_, i) => (i % width < 200 ? 1 : 0));
  const claims = [{ id: 1, category: 0, isThing: true, score: 0.5 }];
  const map = { ids, width, height, segments: measureSegments(ids, width, claims) };
  const { data } = drawOverlay(image, map, [{ name: 'x', color: [200, 0, 0] }]);
  const red = (x: number, y: number) => data[3 * (y * width + x)];
  expect([red(5, 3), red(199, 3), red(300, 3)]).toEqual([100, 211, 0]); // 200 · ½; (200 + 55 · 0.4) · 0.95; untouched
});

test('a table has numbers to the right and words to the left', () => {
  const table = formatTable(
    ['name', 'area'],
    [
      ['disk', 7],
      ['triangle', 1234],
    ],
  );
  expect(table.split('\n')).toEqual(['name      area', 'disk         7', 'triangle  1234']);
});

test('progress rewrites its line on a terminal and adds lines to a log', () => {
  const [terminal, log]: [string[], string[]] = [[], []];
  const onTerminal = new Progress({ isTTY: true, write: (text) => terminal.push(text) });
  onTerminal.show(1, 2, 'a.jpg');
  onTerminal.clear();
  new Progress({ write: (text) => log.push(text) }).show(1, 2, 'a.jpg');
  expect(terminal).toEqual(['\r\x1b[2K[##########..........] 1/2 a.jpg', '\r\x1b[2K']);
  expect(log).toEqual(['[1/2] a.jpg\n']);
});
