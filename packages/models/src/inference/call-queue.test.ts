import { expect, test } from 'vitest';

import { CallQueue } from './call-queue.ts';

/** A call that ends when it is told to. */
function held() {
  let end = () => {};
  const ended = new Promise<string>((resolve) => {
    end = () => resolve('done');
  });
  return { call: () => ended, end };
}

test('a call that waits gives up its place at once where its signal ends, and the others keep theirs', async () => {
  const queue = new CallQueue(1, 2);
  const work = held();
  const first = queue.run(work.call);
  const controller = new AbortController();
  let isBegun = false;
  const given = queue.run(async () => {
    isBegun = true;
  }, controller.signal);
  const last = queue.run(async () => 'last');
  await expect(queue.run(async () => {})).rejects.toThrow('at most 2 calls that wait');
  controller.abort('enough');
  await expect(given).rejects.toBe('enough'); // the first one is still at work
  const other = queue.run(async () => 'other'); // there is room again
  work.end();
  expect(await Promise.all([first, last, other])).toEqual(['done', 'last', 'other']);
  expect(isBegun).toBe(false);
});

test('a signal that has ended begins nothing, and is the reason also where no place is left', async () => {
  const queue = new CallQueue(1, 0);
  const work = held();
  const first = queue.run(work.call);
  await expect(queue.run(async () => {}, AbortSignal.abort('enough'))).rejects.toBe('enough');
  await new Promise((resolve) => setTimeout(resolve, 5)); // it is at work
  work.end();
  expect(await first).toBe('done');
});

test('a signal that ends behind the beginning leaves the order of those that wait', async () => {
  const queue = new CallQueue(1, 3);
  const controller = new AbortController();
  const order: number[] = [];
  const calls = [0, 1, 2, 3].map((i) =>
    queue.run(async () => void order.push(i), i === 1 ? controller.signal : undefined),
  );
  await calls[1];
  controller.abort('enough');
  await Promise.all(calls);
  expect(order).toEqual([0, 1, 2, 3]);
});
