// Serves dist/ with the two headers that give a page shared memory, and so threads.
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { Transform } from 'node:stream';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), 'dist');
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};
const ISOLATION = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/**
 * Listens on the loopback interface; port 0 takes a free one.
 *
 * @param settings For checks: without isolation, with a slow line, with answers for some paths (a status by path), and a list that
 *     takes the paths that were asked for
 */
export function serve(
  port,
  { isolated = true, bytesPerSecond = Number.POSITIVE_INFINITY, statuses = {}, requests } = {},
) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    requests?.push(pathname);
    const name = path.normalize(pathname.endsWith('/') ? `${pathname}index.html` : pathname);
    const file = path.join(root, name);
    const found = statSync(file, { throwIfNoEntry: false });
    const status = statuses[pathname] ?? (found?.isFile() ? 200 : 404);
    if (status !== 200) return response.writeHead(status).end();
    response.writeHead(200, {
      'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream',
      'content-length': found.size,
      ...(isolated && ISOLATION),
    });
    return createReadStream(file).pipe(slowed(bytesPerSecond)).pipe(response);
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

function slowed(bytesPerSecond) {
  return new Transform({
    transform(bytes, _, done) {
      if (bytesPerSecond === Number.POSITIVE_INFINITY) done(null, bytes);
      else setTimeout(done, (1000 * bytes.length) / bytesPerSecond, null, bytes);
    },
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = await serve(Number(process.env.PORT ?? 8080));
  console.log(`http://localhost:${server.address().port}/`);
}
