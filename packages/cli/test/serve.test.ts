import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeImage, decodePanopticPng, encodePng } from '@seg/image';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { ImageSegmenter } from '../src/predict/segmenter.ts';
import { createSegServer, type SegServer, type ServerOptions } from '../src/serve/server.ts';
import { brightSegmenter } from './bright-segmenter.ts';

const OPTIONS: ServerOptions = {
  ...{ queue: 4, timeout: 5000, maxUpload: 10_000, version: '1.2.3' },
  note: (text) => void noted.push(text),
};
const PICTURE = encodePng({
  data: Uint8Array.from({ length: 10 * 8 * 3 }, (_, i) => (Math.floor(i / 3) % 10 < 4 ? 20 : 220)),
  width: 10,
  height: 8,
});

let noted: string[] = [];
let seg: SegServer;
let url = '';
async function listen(segmenter: ImageSegmenter, more: Partial<ServerOptions> = {}): Promise<void> {
  seg = createSegServer(segmenter, { ...OPTIONS, ...more });
  seg.server.listen(0, '127.0.0.1');
  await once(seg.server, 'listening');
  url = `http://127.0.0.1:${(seg.server.address() as AddressInfo).port}`;
}
beforeEach(() => {
  noted = [];
});
afterEach(() => seg.end(0));

const post = (query = '', body: BodyInit | null = PICTURE as Uint8Array<ArrayBuffer>) =>
  fetch(`${url}/segment${query}`, { method: 'POST', body, headers: { 'content-type': 'image/png' } });

/** Answers when it is told. */
function heldSegmenter() {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const inner = brightSegmenter();
  const segmenter: ImageSegmenter = {
    ...inner,
    segment: async (image, options) => {
      await Promise.race([held, new Promise((resolve) => options.signal?.addEventListener('abort', resolve))]);
      options.signal?.throwIfAborted();
      return inner.segment(image, options);
    },
  };
  return { segmenter, release };
}

describe('an image in', () => {
  beforeEach(() => listen(brightSegmenter()));

  test('its segments out as JSON', async () => {
    const answer = await post();
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.json()).toEqual({
      ...{ task: 'panoptic', width: 10, height: 8 },
      segments: [
        { id: 1, category_id: 1, category: 'dark', isThing: true, score: 0.6, area: 32, bbox: [0, 0, 4, 8] },
        { id: 2, category_id: 2, category: 'bright', isThing: true, score: 0.7, area: 48, bbox: [4, 0, 6, 8] },
      ],
    });
    const { instances } = await (await post('?task=instance')).json();
    expect(instances.map((one: { category_id: number }) => one.category_id)).toEqual([1, 2]);
    expect(instances[0].segmentation.size).toEqual([8, 10]);
  });

  test('its ids, or a picture of them, as PNG', async () => {
    const ids = await decodePanopticPng(new Uint8Array(await (await post('?format=png')).arrayBuffer()), 'ids');
    expect([...ids.ids.subarray(2, 6)]).toEqual([1, 1, 2, 2]);
    const answer = await post('?format=overlay&threshold=0.5');
    expect(answer.headers.get('content-type')).toBe('image/png');
    expect((await decodeImage(new Uint8Array(await answer.arrayBuffer()), 'overlay')).width).toBeGreaterThanOrEqual(10);
  });

  test.each([
    ['no body', '', null, 400, 'body: expected the bytes of an image, got none'],
    ['no image', '', 'hello', 400, 'decodeImage: expected body to be a JPEG or PNG image, got text'],
    ['half an image', '', PICTURE.subarray(0, 60), 400, 'decodeImage: '],
    ['too much', '', new Uint8Array(10_001), 413, 'body: expected at most 10000 bytes, got 10001'],
    ['no such task', '?task=depth', PICTURE, 400, 'task: expected task, format and threshold'],
    ['no such parameter', '?colour=red', PICTURE, 400, 'colour: expected task, format and threshold'],
    ['a parameter twice', '?task=panoptic&task=instance', PICTURE, 400, 'expected task, format and threshold'],
    ['a threshold that is none', '?threshold=NaN', PICTURE, 400, 'threshold: expected'],
    ['a threshold beyond 1', '?threshold=1.5', PICTURE, 400, 'threshold: expected'],
  ])('%s is refused in one line', async (_, query, body, status, message) => {
    const answer = await post(query, body as BodyInit | null);
    const { error } = await answer.json();
    expect([answer.status, error]).toEqual([status, expect.stringContaining(message)]);
    expect(error).toMatch(/^[^\n]*expected [^\n]*, got [^\n]*$/);
  });

  test('other pages, and what is none', async () => {
    for (const page of ['health', 'ready', 'metrics', 'openapi.json']) {
      expect((await fetch(`${url}/${page}`)).status, page).toBe(200);
    }
    for (const page of ['', 'nowhere', 'toString', '__proto__', '%2e%2e/etc/passwd']) {
      expect((await fetch(`${url}/${page}`)).status, page).toBe(404);
    }
    const got = await fetch(`${url}/segment`);
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await fetch(`${url}/health`, { method: 'DELETE' })).status).toBe(405);
  });

  test('the description names every page, parameter and status', async () => {
    const { openapi, info, paths } = await (await fetch(`${url}/openapi.json`)).json();
    expect([openapi, info.version]).toEqual(['3.1.0', '1.2.3']);
    expect(Object.keys(paths).sort()).toEqual(['/health', '/metrics', '/openapi.json', '/ready', '/segment']);
    const { parameters, responses } = paths['/segment'].post;
    expect(parameters.map(({ name }: { name: string }) => name)).toEqual(['task', 'format', 'threshold']);
    expect(Object.keys(responses)).toEqual(['200', '400', '413', '429', '503']);
  });
});

test('more images than may wait are answered with 429, and room comes back', async () => {
  const { segmenter, release } = heldSegmenter();
  await listen(segmenter, { queue: 2 });
  const first = [post(), post(), post()];
  while (!(await (await fetch(`${url}/metrics`)).text()).includes('seg_images_in_hand 3'));
  const refused = await post();
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
  release();
  expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200, 200]);
  expect((await post()).status).toBe(200);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toMatch(/^seg_requests_total\{status="200"\} 4$/m);
  expect(metrics).toMatch(/^seg_requests_total\{status="429"\} 1$/m);
  expect(metrics).toMatch(/^seg_request_seconds_count 5$/m);
});

test('an answer that is late is 503', async () => {
  await listen(heldSegmenter().segmenter, { timeout: 200 });
  const answer = await post();
  expect([answer.status, await answer.json()]).toEqual([
    503,
    { error: 'server: expected an answer within 0.2 s, got none' },
  ]);
});

test('a client that goes leaves the queue', async () => {
  const { segmenter } = heldSegmenter();
  await listen(segmenter);
  const going = request(`${url}/segment`, { method: 'POST' }).on('error', () => {});
  going.end(PICTURE);
  while (!(await (await fetch(`${url}/metrics`)).text()).includes('seg_images_in_hand 1'));
  going.destroy();
  while (!(await (await fetch(`${url}/metrics`)).text()).includes('seg_images_in_hand 0'));
});

test('the end answers what is in hand, and takes no more', async () => {
  const { segmenter, release } = heldSegmenter();
  await listen(segmenter);
  const inHand = post();
  while (!(await (await fetch(`${url}/metrics`)).text()).includes('seg_images_in_hand 1'));
  const ended = seg.end(5000);
  await expect(fetch(`${url}/ready`)).rejects.toThrow();
  release();
  expect((await inHand).status).toBe(200);
  await ended;
});

test('a fault of the program is 500 without its words, and told to the log', async () => {
  await listen({
    ...brightSegmenter(),
    segment: () => Promise.reject(new TypeError("Cannot read 'secret'")),
  });
  const answer = await post();
  expect([answer.status, JSON.stringify(await answer.json())]).toEqual([500, expect.not.stringContaining('secret')]);
  expect(noted.join('\n')).toContain("Cannot read 'secret'");
});

test('1000 images of 20 clients: no error, and memory stays', { timeout: 60_000 }, async () => {
  await listen(brightSegmenter(), { queue: 20 });
  const rss = [];
  for (let round = 0; round < 5; round++) {
    const clients = Array.from({ length: 20 }, async () => {
      for (let i = 0; i < 10; i++) expect((await (await post()).json()).segments.length).toBe(2);
    });
    await Promise.all(clients);
    rss.push(process.memoryUsage.rss() / 2 ** 20);
  }
  expect(rss[4] - rss[1]).toBeLessThan(60); // 600 images later; each alone has 1 kB
});
