import { FormatError } from '@seg/checkpoint/safetensors';
import { expect, test } from 'vitest';

import { Calls } from './calls.ts';
import { type Handler, serveCalls } from './serve-calls.ts';

function served(handlers: Record<string, Handler>): Calls {
  const { port1, port2 } = new MessageChannel();
  (port1 as unknown as { unref(): void }).unref(); // of Node: the test ends with its last line
  (port2 as unknown as { unref(): void }).unref();
  serveCalls(port2 as never, handlers);
  return new Calls(port1 as never);
}

const later = <T>(value: T, ms = 5) => new Promise<T>((resolve) => setTimeout(resolve, ms, value));

test('answers find their calls, whatever their order', async () => {
  const calls = served({ wait: (ms: number) => later(ms, ms) });
  expect(await Promise.all([20, 1, 10].map((ms) => calls.call('wait', ms)))).toEqual([20, 1, 10]);
});

test('buffers of arguments and of results are given away', async () => {
  let kept: Float32Array | undefined;
  const calls = served({ twice: (x: Float32Array) => ({ nested: [(kept = x.map((v) => 2 * v))] }) });
  const sent = Float32Array.of(1, 2);
  const found = await calls.call('twice', sent, { transfer: [sent.buffer] });
  expect(found).toEqual({ nested: [Float32Array.of(2, 4)] });
  expect([sent.length, kept!.length]).toEqual([0, 0]);
});

test('an error arrives in its class, and news before the answer', async () => {
  const heard: unknown[] = [];
  const calls = served({
    load: async (_: unknown, { tell }) => {
      tell({ loaded: 1 });
      await later(null);
      throw new FormatError('no such file');
    },
  });
  const call = calls.call('load', null, { onNews: (news) => heard.push(news) });
  await expect(call).rejects.toThrow(new FormatError('no such file'));
  await expect(call).rejects.toBeInstanceOf(FormatError);
  expect(heard).toEqual([{ loaded: 1 }]);
});

test('a signal rejects at once with its reason, and the other side hears of it', async () => {
  let ended = false;
  const calls = served({
    load: (_: unknown, { signal }) =>
      new Promise(() => {
        signal.addEventListener('abort', () => (ended = true));
      }),
  });
  const controller = new AbortController();
  const call = calls.call('load', null, { signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(call).rejects.toThrow('enough');
  await later(null, 20);
  expect(ended).toBe(true);
  await expect(calls.call('load', null, { signal: controller.signal })).rejects.toThrow('enough');
});

test('a channel that ends fails what waits and what comes', async () => {
  const calls = served({ wait: () => new Promise(() => {}) });
  const waiting = calls.call('wait', null);
  calls.close(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  await expect(calls.call('wait', null)).rejects.toThrow('gone');
});

test('what cannot be sent is an error of the call; an unknown call too', async () => {
  const calls = served({ same: (x: unknown) => x });
  await expect(calls.call('same', () => {})).rejects.toThrow('could not be cloned');
  await expect(calls.call('other', null)).rejects.toThrow('expected same, got other');
  expect(await calls.call('same', 1)).toBe(1);
});

test('messages of others are passed over on both sides', async () => {
  const { port1, port2 } = new MessageChannel();
  for (const port of [port1, port2]) (port as unknown as { unref(): void }).unref();
  serveCalls(port2 as never, { same: (x: unknown) => x });
  const calls = new Calls(port1 as never);
  for (const port of [port1, port2]) for (const message of [null, 'text', { kind: 'odd' }]) port.postMessage(message);
  expect(await calls.call('same', 1)).toBe(1);
});
