import { expect, test } from 'vitest';

import { lateIterator } from './late-iterator.ts';

function counting(log: string[]) {
  return async () => {
    log.push('made');
    return (async function* () {
      try {
        for (let i = 0; i < 3; i++) yield i;
      } finally {
        log.push('ended');
      }
    })();
  };
}

test('it is made by the first reader, read to its end, and made once', async () => {
  const log: string[] = [];
  const iterator = lateIterator(counting(log));
  expect(log).toEqual([]);
  const found = [];
  for await (const value of iterator) found.push(value);
  expect([found, log]).toEqual([
    [0, 1, 2],
    ['made', 'ended'],
  ]);
});

test('leaving the loop ends what was made, and what was not is never made', async () => {
  const log: string[] = [];
  for await (const value of lateIterator(counting(log))) if (value === 1) break;
  expect(log).toEqual(['made', 'ended']);
  const unread = lateIterator(counting(log));
  await unread.return!();
  expect(await unread.next()).toEqual({ done: true, value: undefined });
  expect(log).toHaveLength(2);
});
