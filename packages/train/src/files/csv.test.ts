import { expect, test } from 'vitest';

import { formatCsv } from './csv.ts';

test('cells with commas, quotes and line ends are quoted', () => {
  expect(
    formatCsv([
      ['a,b', 1],
      ['say "x"', Number.NaN],
      ['two\nlines', 0.5],
    ]),
  ).toBe('"a,b",1\n"say ""x""",NaN\n"two\nlines",0.5\n');
});
