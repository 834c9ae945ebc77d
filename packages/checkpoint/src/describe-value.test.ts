import { expect, test } from 'vitest';

import { describeValue } from './describe-value.ts';

const deep = (open: string, inside: string, close: string) =>
  JSON.parse(open.repeat(200_000) + inside + close.repeat(200_000)) as unknown;

test.each([
  [undefined, 'nothing'],
  [null, 'null'],
  [['F32'], '["F32"]'],
  ['x'.repeat(100), `"${'x'.repeat(79)}...`],
])('%j is shown as %s', (value, text) => {
  expect(describeValue(value)).toBe(text);
});

test('a value too deep for JSON.stringify is named', () => {
  expect(describeValue(deep('[', '1', ']'))).toBe('a list nested too deep');
  expect(describeValue(deep('{"a":', '1', '}'))).toBe('an object nested too deep');
});
