// Serves a folder, isolated or not, and opens its pages in headless Chromium.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';

import { root } from './workspace.mjs';

const { chromium } = createRequire(path.join(root, 'examples/browser/package.json'))('playwright-core');
const MODEL = path.join(root, 'examples/mask2former/model');
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};
const ISOLATION = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/** Where a page has to have answered: a model of 2 MB on two busy cores takes a few seconds. */
const SECONDS = 60;

/** Serves `folder`, and the model of the repository as `/model/`. */
export async function serveFolder(folder, isolated) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const name = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    const file = name.startsWith('/model/') ? path.join(MODEL, name.slice(7)) : path.join(folder, name);
    if (!existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
    const type = TYPES[path.extname(file)] ?? 'application/octet-stream';
    return response.writeHead(200, { 'content-type': type, ...(isolated && ISOLATION) }).end(readFileSync(file));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.SEG_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--no-first-run'],
  });
}

/**
 * Opens a page and waits for `globalThis.result`.
 *
 * @returns What the page computed, what went wrong in it, and the scripts that it fetched
 */
export async function openPage(browser, url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const faults = [];
  const scripts = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('requestfailed', (request) => faults.push(`failed ${request.url()}`));
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()} ${response.url()}`);
    const isFetched = response.url().startsWith('http'); // threads start from texts that were fetched before
    if (isFetched && /javascript/.test(response.headers()['content-type'] ?? ''))
      scripts.push(response.body().catch(() => Buffer.alloc(0)));
  });
  try {
    await page.goto(url);
    await page.waitForFunction(() => globalThis.result !== undefined, null, { timeout: SECONDS * 1000 });
    const late = new Promise((_, reject) =>
      setTimeout(() => reject(new Error(`no result in ${SECONDS} s`)), SECONDS * 1000).unref(),
    );
    const result = await Promise.race([page.evaluate(() => globalThis.result), late]);
    const { isolated, processors } = await page.evaluate(() => ({
      isolated: globalThis.crossOriginIsolated,
      processors: navigator.hardwareConcurrency,
    }));
    return { result, isolated, processors, faults, scripts: await Promise.all(scripts) };
  } catch (error) {
    return { faults: [...faults, error.message.split('\n')[0]], scripts: [] };
  } finally {
    await context.close();
  }
}
