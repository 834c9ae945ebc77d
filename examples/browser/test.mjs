// Opens the pages in headless Chromium and checks what they do and compute. An argument chooses checks by their beginning.
import { chromium } from 'playwright-core';
import './build.mjs';
import { DRAWING_CHECKS } from './checks/drawing.mjs';
import { FAULT_CHECKS } from './checks/faults.mjs';
import { GOLDEN_CHECKS } from './checks/goldens.mjs';
import { PAGE_CHECKS } from './checks/page.mjs';
import { PICTURE_CHECKS } from './checks/pictures.mjs';
import { LONG_CHECKS, TEACH_CHECKS } from './checks/teach.mjs';
import { VIDEO_CHECKS } from './checks/video.mjs';
import { WORKER_CHECKS, WORKER_MEASURES } from './checks/worker.mjs';
import { serve } from './serve.mjs';

const chosen = process.argv.slice(2);
const CHECKS = {
  ...GOLDEN_CHECKS,
  ...WORKER_CHECKS,
  ...PICTURE_CHECKS,
  ...PAGE_CHECKS,
  ...VIDEO_CHECKS,
  ...FAULT_CHECKS,
  ...DRAWING_CHECKS,
  ...TEACH_CHECKS,
};
if (chosen.some((start) => start.startsWith('measure'))) Object.assign(CHECKS, LONG_CHECKS, WORKER_MEASURES);

const browser = await chromium.launch({
  executablePath: process.env.SEG_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--enable-unsafe-webgpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--no-first-run',
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
  ],
});
let [passed, failed] = [0, 0];

for (const [title, run] of Object.entries(CHECKS)) {
  if (chosen.length === 0 || chosen.some((start) => title.startsWith(start))) await check(title, run);
}
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

async function check(title, run) {
  const context = await browser.newContext();
  // tfjs starts half as many threads as there are processors: several, on small machines too
  await context.addInitScript(() => Object.defineProperty(navigator, 'hardwareConcurrency', { get: () => 4 }));
  const servers = [];
  const started = performance.now();
  const faults = [];
  /** A page of a server of its own; what goes wrong in it fails the check, unless it is expected. */
  const open = async (file, { settings, options, expected } = {}) => {
    const server = await serve(0, settings);
    servers.push(server);
    const page = await context.newPage(options);
    page.setDefaultTimeout(120_000);
    page.on('pageerror', ({ message }) => faults.push(`page error: ${message}`));
    page.on('console', (message) => {
      if (process.env.SEG_VERBOSE) console.log(`  ${message.text()}`);
      if (message.type() === 'error' && !expected?.test(message.text())) faults.push(`console: ${message.text()}`);
    });
    await page.goto(`http://127.0.0.1:${server.address().port}/${file}`);
    return page;
  };
  try {
    const note = await run({ open, context });
    if (faults.length > 0) throw new Error(faults.join('; ').slice(0, 600));
    console.log(`ok ${title}: ${note} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
    passed++;
  } catch (error) {
    console.log(`FAILED ${title}: ${[error.message, ...faults].join('; ').slice(0, 1500)}`);
    failed++;
  } finally {
    await context.close();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  }
}
