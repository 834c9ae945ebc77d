import { expect, test } from 'vitest';

import { formatTable } from './table.ts';

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
