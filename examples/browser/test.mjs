// Opens the pages in headless Chromium and checks what they compute: golden files on wasm and WebGPU, and the demo.
import { chromium } from 'playwright-core';
import './build.mjs';
import { serve } from './serve.mjs';

const GOLDENS = [
  ['loss_mask2former_tiny.json', 'wasm'],
  ['postprocess_mask_classification.json', 'wasm'],
  ['loss_mask2former_tiny.json', 'webgpu'],
];

const server = await serve(0);
const address = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({
  executablePath: process.env.SEG_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--enable-unsafe-webgpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--no-first-run',
  ],
});
let [passed, failed] = [0, 0];

async function check(title, run) {
  const page = await browser.newPage();
  // tfjs starts half as many threads as there are processors: several, on small machines too
  await page.addInitScript(() => Object.defineProperty(navigator, 'hardwareConcurrency', { get: () => 4 }));
  page.on('pageerror', (error) => console.log(`  page error: ${error.message}`));
  try {
    console.log(`ok ${title}: ${await run(page)}`);
    passed++;
  } catch (error) {
    console.log(`FAILED ${title}: ${error.message}`);
    failed++;
  } finally {
    await page.close();
  }
}

for (const [file, backend] of GOLDENS) {
  await check(`${file} on ${backend}`, async (page) => {
    await page.goto(`${address}/verify.html`);
    await page.waitForFunction(() => window.verify !== undefined);
    const {
      backend: used,
      isolated,
      results,
    } = await page.evaluate(([name, on]) => window.verify(name, on), [file, backend]);
    const beyond = results.filter(({ ok }) => !ok);
    if (!isolated) throw new Error('expected a cross-origin isolated page, got another');
    if (beyond.length > 0)
      throw new Error(
        beyond
          .slice(0, 5)
          .map(({ name, absolute, allowed, note }) => `${name} ${absolute} > ${allowed} ${note ?? ''}`)
          .join('; '),
      );
    return `${results.length} taps within their bounds, ${used}`;
  });
}
await check('the demo page segments a scene on wasm', async (page) => {
  await page.goto(`${address}/`);
  await page.selectOption('#backend', 'wasm');
  await page.click('#run');
  await page.waitForFunction(() => /segments in|failed/.test(document.getElementById('status').textContent), null, {
    timeout: 120_000,
  });
  const status = await page.textContent('#status');
  if (!/^[1-9]\d* segments in/.test(status)) throw new Error(status);
  if (process.env.SEG_SCREENSHOT) await page.screenshot({ path: process.env.SEG_SCREENSHOT });
  return status;
});

await browser.close();
server.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
