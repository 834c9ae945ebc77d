import { expect, test } from 'vitest';

import { formulaValues } from './formula.ts';

test('the check values of docs/goldens.md come out to the last bit', () => {
  const values = formulaValues('input', [3], 0, 2);
  expect([...values]).toEqual([0.7406969666481018, 1.9210588932037354, -1.9830414056777954]);
});
