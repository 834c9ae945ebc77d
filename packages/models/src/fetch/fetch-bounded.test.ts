import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';

import { fetchBounded } from './fetch-bounded.ts';
import type { FetchOptions } from './fetch-options.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Starts a server. @returns Its URL */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const BODY = Buffer.from('0123456789'.repeat(1000));
const text = async (url: string, options: FetchOptions = {}) =>
  Buffer.from((await fetchBounded(url, { timeout: 300, retries: 1, ...options }))!).toString();

test('a file, or null where there is none', async () => {
  const url = await serve(({ url }, response) => response.writeHead(url === '/a' ? 200 : 404).end(BODY));
  expect(await text(`${url}/a`)).toBe(BODY.toString());
  expect(await fetchBounded(`${url}/b`, {})).toBeNull();
});

test.each([
  ['with ranges', true],
  ['without', false],
])('a cut connection is gone on with, by a server %s', async (_, knowsRanges) => {
  const ranges: (string | undefined)[] = [];
  const url = await serve(({ headers }, response) => {
    ranges.push(headers.range);
    const from = knowsRanges && headers.range ? Number(/\d+/.exec(headers.range)![0]) : 0;
    const range = { 'content-range': `bytes ${from}-${BODY.length - 1}/${BODY.length}` };
    response.writeHead(from > 0 ? 206 : 200, { ...(from > 0 && range), 'content-length': BODY.length - from });
    if (ranges.length > 1) response.end(BODY.subarray(from));
    else response.write(BODY.subarray(0, 4000), () => setTimeout(() => response.destroy(), 20));
  });
  expect(await text(url)).toBe(BODY.toString());
  expect(ranges).toEqual([undefined, 'bytes=4000-']);
});

test('a file that has changed in between is fetched anew', async () => {
  let asked = 0;
  const url = await serve(({ headers }, response) => {
    const from = headers.range ? 4000 : 0;
    const range = { 'content-range': `bytes ${from}-${BODY.length - 1}/${BODY.length}` };
    response.writeHead(from > 0 ? 206 : 200, { ...(from > 0 && range), etag: `"${asked > 0}"` });
    if (asked++ > 0) response.end(BODY.subarray(from));
    else response.write(Buffer.alloc(4000), () => setTimeout(() => response.destroy(), 20));
  });
  expect(await text(url, { retries: 2 })).toBe(BODY.toString());
  expect(asked).toBe(3);
});

test.each([
  ['no answer', () => {}, /expected the file, got nothing for 0\.3 s, 2 times$/],
  [
    'half an answer',
    (_: unknown, response) => response.writeHead(200).write('half'),
    /got nothing for 0\.3 s, 2 times$/,
  ],
  ['503', (_: unknown, response) => response.writeHead(503).end(), /got status 503, 2 times$/],
  ['403', (_: unknown, response) => response.writeHead(403).end(), /expected the file, got status 403$/],
  ['too much', (_: unknown, response) => response.end(BODY), /expected at most 5000 bytes, got 10000$/],
  [
    'too much, unannounced',
    (_: unknown, response) => {
      response.write(BODY.subarray(0, 4000));
      response.end(BODY);
    },
    /expected at most 5000 bytes, got \d+$/,
  ],
  [
    'an endless circle',
    (_: unknown, response) => response.writeHead(302, { location: '/' }).end(),
    /expected at most 10 redirects, got more$/,
  ],
] satisfies [string, RequestListener, RegExp][])('%s is told in one line', async (_, answer, message) => {
  await expect(text(await serve(answer), { maxBytes: 5000 })).rejects.toThrow(message);
});

test('an address where nobody listens is told at once', async () => {
  const url = await serve(() => {});
  servers[0].close();
  servers[0].closeAllConnections();
  const begun = performance.now();
  await expect(text(url, { retries: 9 })).rejects.toThrow(/expected the file, got connect ECONNREFUSED/);
  expect(performance.now() - begun).toBeLessThan(1000);
});

test.each(['while it waits', 'while it reads'])(
  'an aborted load ends with the reason of the caller, %s',
  async (when) => {
    const url = await serve((_, response) => {
      if (when === 'while it reads') response.writeHead(200).write('half');
    });
    const signal = AbortSignal.timeout(100);
    const error = await text(url, { signal, timeout: 5000 }).catch((reason) => reason);
    expect(error).toBe(signal.reason);
  },
);

test('a pause between attempts ends with the signal', async () => {
  const url = await serve((_, response) => response.writeHead(429, { 'retry-after': '50' }).end());
  const begun = performance.now();
  await expect(text(url, { signal: AbortSignal.timeout(100) })).rejects.toThrow(/aborted/);
  expect(performance.now() - begun).toBeLessThan(2000);
});

test('redirects lead to the same host or a public one, unless the caller allows more', async () => {
  const other = (await serve((_, response) => response.end('other'))).replace('127.0.0.1', 'localhost');
  const url = await serve(({ url }, response) => {
    if (url === '/here') response.end('here');
    else response.writeHead(302, { location: url === '/same' ? '/here' : `${other}/x` }).end();
  });
  expect(await text(`${url}/same`)).toBe('here');
  await expect(text(`${url}/away`)).rejects.toThrow(
    `${url}/away: expected the file or an allowed redirect, got one to ${other}`,
  );
  expect(await text(`${url}/away`, { allowRedirect: (_, to) => to.origin === other })).toBe('other');
});

test('headers stay with their host', async () => {
  const seen: string[] = [];
  const see: RequestListener = ({ headers }, response) => {
    seen.push(`${headers.authorization}`);
    response.end('x');
  };
  const other = (await serve(see)).replace('127.0.0.1', 'localhost');
  const url = await serve((request, response) => {
    seen.push(`${request.headers.authorization}`);
    response.writeHead(302, { location: other }).end();
  });
  await text(url, { headers: { authorization: 'Bearer x' }, allowRedirect: () => true });
  expect(seen).toEqual(['Bearer x', 'undefined']);
});

test('JSON is at most 16 MiB, whatever the limit', async () => {
  const url = await serve((_, response) => response.writeHead(200, { 'content-length': '3000000000' }).write('{'));
  await expect(text(`${url}/a.json?x`)).rejects.toThrow('expected at most 16777216 bytes, got 3000000000');
});

test('no redirect leads from https to http, whatever the caller allows', async () => {
  const fetched = globalThis.fetch;
  globalThis.fetch = async () => new Response(null, { status: 302, headers: { location: 'http://plain.example/x' } });
  try {
    await expect(text('https://safe.example/x', { allowRedirect: () => true })).rejects.toThrow(
      'https://safe.example/x: expected the file or an allowed redirect, got one to http://plain.example',
    );
  } finally {
    globalThis.fetch = fetched;
  }
});
