// Streams of a page in headless Chromium: a camera, a track, a video element, frames that are to be closed; and drawing on a
// canvas, beside Node's bytes. `SEG_CHROMIUM=… node scripts/check-page-video.mjs`, after a build.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { drawLegend, drawSegments, legendEntries } from '@seg/image';

import { CATEGORIES, MAP, photograph } from './page-video/picture.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const require = createRequire(path.join(root, 'examples/browser/package.json'));
const { build } = await import(pathToFileURL(require.resolve('esbuild')).href);
const { chromium } = require('playwright-core');

const { outputFiles } = await build({
  entryPoints: [path.join(root, 'scripts/page-video/page.mjs')],
  ...{ bundle: true, format: 'esm', splitting: true, write: false, outdir: 'out', logLevel: 'error' },
});
const scripts = new Map(outputFiles.map((file) => [`/${path.basename(file.path)}`, file.contents]));

const server = createServer(answer).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const browser = await chromium.launch({
  executablePath: process.env.SEG_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
});
try {
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(error.message));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => window.run);
  check(await page.evaluate(() => window.run()));
} finally {
  await browser.close();
  server.close();
}

function check({ drawn, ...streams }) {
  const three = (size) => [size, size, size];
  assert.deepEqual(streams, {
    camera: three('320x240'),
    cameraAfterwards: 'live',
    aborted: 'enough',
    unplugged: true,
    withoutProcessor: three('160x128'),
    element: [...three('160x128'), 'playing'],
    closed: { times: [0, 0.04, 0.08], open: 0 },
  });
  console.log('ok streams of a camera, a track, a video element and frames');
  const expected = photograph();
  drawSegments(expected, MAP, CATEGORIES);
  drawLegend(expected, legendEntries(MAP, CATEGORIES));
  assert.deepEqual(drawn, [...expected.data]);
  console.log(`ok a canvas has the ${drawn.length} bytes of Node`);
}

function answer({ url }, response) {
  const send = (type, body) => response.setHeader('content-type', type).end(body);
  if (url === '/') return send('text/html', '<!doctype html><script type="module" src="/page.js"></script>');
  if (scripts.has(url)) return send('text/javascript', scripts.get(url));
  const [, name] = /^\/model\/([\w.]+)$/.exec(url) ?? [];
  const file = path.join(root, 'examples/mask2former/model', name ?? '');
  if (name !== undefined && existsSync(file)) return send('application/octet-stream', readFileSync(file));
  response.statusCode = 404;
  response.end();
}
