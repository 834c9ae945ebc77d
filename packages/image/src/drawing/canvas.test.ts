import { expect, test } from 'vitest';

import { drawText, measureText } from './canvas.ts';

test('a letter looks like itself', () => {
  const image = { data: new Uint8Array(5 * 9 * 3), width: 5, height: 9 };
  drawText(image, 'g', 0, 0, 1, [255, 255, 255]);
  const rows = Array.from({ length: 9 }, (_, y) =>
    Array.from({ length: 5 }, (_, x) => (image.data[3 * (5 * y + x)] > 0 ? '#' : '.')).join(''),
  );
  expect(rows).toEqual(['.....', '.....', '.####', '#...#', '#...#', '#...#', '.####', '....#', '.###.']);
});

test('text is clipped at the edge of the picture', () => {
  const image = { data: new Uint8Array(4 * 4 * 3), width: 4, height: 4 };
  drawText(image, 'WW', -3, -2, 2, [255, 0, 0]);
  expect(measureText('WW', 2)).toEqual({ width: 22, height: 18 });
  expect(image.data.length).toBe(48);
});
