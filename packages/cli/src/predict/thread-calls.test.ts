import { expect, test } from 'vitest';

import { ThreadCalls } from './thread-calls.ts';

/** A thread that answers as `live` says. */
function threadOf(live: string): ThreadCalls<number, number> {
  const source = `import { parentPort } from 'node:worker_threads';\n${live}`;
  return new ThreadCalls(new URL(`data:text/javascript,${encodeURIComponent(source)}`), 'counts');
}

const DOUBLES = "parentPort.on('message', ({ id, question }) => parentPort.postMessage({ id, answer: 2 * question }));";
const ENDS = "parentPort.on('message', () => process.exit(3));";
const FAILS = "parentPort.on('message', () => { throw new Error('out of luck'); });";

test('answers come to who has asked', async () => {
  const thread = threadOf(DOUBLES);
  expect(await Promise.all([thread.call(1), thread.call(2)])).toEqual([2, 4]);
  await thread.close();
});

test.each([
  ['ends', ENDS, 'predict: expected the thread that counts to go on, got its end'],
  ['fails', FAILS, 'out of luck'],
  ['cannot begin', 'throw new Error("no module");', 'no module'],
])('a thread that %s answers all calls, also later ones, with its end', async (_, live, message) => {
  const thread = threadOf(live);
  const calls = [thread.call(1), thread.call(2)];
  for (const call of calls) await expect(call).rejects.toThrow(message);
  await expect(thread.call(3)).rejects.toThrow(message);
  await thread.close();
  await expect(thread.call(4)).rejects.toThrow(message);
});

test('a call that waits while the thread is closed is answered', async () => {
  const thread = threadOf("parentPort.on('message', () => {});");
  const call = thread.call(1);
  await thread.close();
  const message = 'predict: expected a thread that is asked before its end, got one that was closed';
  await expect(call).rejects.toThrow(message);
  await expect(thread.call(2)).rejects.toThrow(message);
});
