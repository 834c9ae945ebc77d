import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@seg/core';
import type { RgbImage } from '@seg/image';
import { expect, test, vi } from 'vitest';

import { Segmenter } from '../src/segmenter.ts';

const MODEL = fileURLToPath(new URL('../../../examples/mask2former/model', import.meta.url));

function noise(seed: number, width = 320, height = 240): RgbImage {
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919 + seed) % 251) };
}

test('fifty calls at once leave a server its health check, and end in their order', async () => {
  await useBackend('wasm');
  const segmenter = await Segmenter.load(MODEL);
  const server = createServer((_, response) => response.end('well'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await segmenter.segment(noise(0));
  let now = performance.now();
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000)); // a turn behind each layer, on fast machines, too
  const order: number[] = [];
  let isDone = false;
  const all = Promise.all(
    Array.from({ length: 50 }, (_, i) => segmenter.segment(noise(i)).then(() => order.push(i))),
  ).then(() => (isDone = true));
  let answers = 0;
  while (!isDone) {
    expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('well');
    answers++;
  }
  await all;
  expect(order).toEqual(Array.from({ length: 50 }, (_, i) => i));
  expect(answers).toBeGreaterThan(100); // a request takes several turns: passes alone, without turns within, leave one each
  clock.mockRestore();
  segmenter.dispose();
  server.close();
}, 120_000);
