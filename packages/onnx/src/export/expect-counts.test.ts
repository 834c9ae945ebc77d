import { expect, test } from 'vitest';
import { expectCounts } from './expect-counts.ts';

test.each([[new Array(2)], [[8]], [[8, 8, 8]], [null], [[8, undefined]]])('a size of %j is refused', (size) => {
  expect(() => expectCounts('exportOnnx', size as never, 1)).toThrow('exportOnnx: expected a height and a width, got');
});
