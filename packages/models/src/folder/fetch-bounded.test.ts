import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';

import { fetchBounded } from './fetch-bounded.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<URL> {
  const started = createServer(answer);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(started.address() as AddressInfo).port}/model.bin`);
}

const text = (bytes: Uint8Array | null) => (bytes === null ? null : new TextDecoder().decode(bytes));

test('a file is read, and one that is not there is none', async () => {
  const url = await serve((request, response) => {
    if (request.url === '/model.bin') response.end('weights');
    else response.writeHead(404).end();
  });
  expect(text(await fetchBounded(url))).toBe('weights');
  expect(await fetchBounded(new URL('/other', url))).toBeNull();
});

test('a server that never answers, or stops in the middle, ends in time', async () => {
  const url = await serve((request, response) => {
    if (request.url === '/half') response.writeHead(200).write('half');
  });
  await expect(fetchBounded(url, { timeout: 200 })).rejects.toThrow('expected an answer within 0.2 s, got none');
  const half = fetchBounded(new URL('/half', url), { timeout: 200 });
  await expect(half).rejects.toThrow('/half: expected more bytes within 0.2 s, got none');
});

test('no more bytes are read than allowed, promised or not', async () => {
  let closed = 0;
  const url = await serve((request, response) => {
    response.on('close', () => closed++);
    if (request.url === '/promised.json') response.writeHead(200, { 'content-length': '3000000000' }).write('{');
    else for (let i = 0; i < 100; i++) response.write('x'.repeat(1000));
  });
  const promised = fetchBounded(new URL('/promised.json', url));
  await expect(promised).rejects.toThrow('expected at most 16777216 bytes, got 3000000000');
  await expect(fetchBounded(url, { maxBytes: 5000 })).rejects.toThrow('expected at most 5000 bytes, got');
  await expect.poll(() => closed).toBe(2);
});

test('a busy server is asked again, a broken body is read again, and not for ever', async () => {
  let asked = 0;
  const url = await serve((request, response) => {
    asked++;
    if (request.url === '/always') response.writeHead(503, { 'retry-after': '0' }).end();
    else if (asked === 1) response.writeHead(503, { 'retry-after': '0' }).end();
    else if (asked === 2) response.writeHead(200, { 'content-length': '7' }).write('wei', () => response.destroy());
    else response.end('weights');
  });
  expect(text(await fetchBounded(url))).toBe('weights');
  expect(asked).toBe(3);
  await expect(fetchBounded(new URL('/always', url))).rejects.toThrow('/always: expected the file, got status 503');
  expect(asked).toBe(6);
});

test('redirects are followed as far as they are allowed, and headers stay with their host', async () => {
  const seen: string[] = [];
  const url = await serve((request, response) => {
    seen.push(`${request.headers.host} ${request.headers.authorization}`);
    const { port } = server!.address() as AddressInfo;
    const to = { '/model.bin': '/b', '/away': `http://localhost:${port}/b`, '/loop': '/loop' }[request.url!];
    if (to) response.writeHead(302, { location: to }).end();
    else response.end('weights');
  });
  const headers = { authorization: 'Bearer x' };
  expect(text(await fetchBounded(url, { headers }))).toBe('weights');
  const away = new URL('/away', url);
  await expect(fetchBounded(away)).rejects.toThrow(
    /expected a redirect that is allowed, got one to http:\/\/localhost/,
  );
  seen.length = 0;
  expect(text(await fetchBounded(away, { headers, allowRedirect: () => true }))).toBe('weights');
  expect(seen).toEqual([`${url.host} Bearer x`, `localhost:${url.port} undefined`]);
  await expect(fetchBounded(new URL('/loop', url))).rejects.toThrow('within 5 redirects, got more');
});

test('the caller ends it', async () => {
  const url = await serve((request, response) => {
    if (request.url === '/half') response.writeHead(200).write('half');
  });
  for (const at of [url, new URL('/half', url)]) {
    const reading = fetchBounded(at, { signal: AbortSignal.timeout(100) });
    await expect(reading).rejects.toThrow(expect.objectContaining({ name: 'TimeoutError' }));
  }
  await expect(fetchBounded(url, { signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
});

test('no server is one line with the URL', async () => {
  const url = await serve(() => {});
  await new Promise((resolve) => server!.close(resolve));
  await expect(fetchBounded(url, { retries: 0 })).rejects.toThrow(`${url.href}: expected the file, got connect ECONN`);
});
