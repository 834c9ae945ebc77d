// A model taught in the page: import, train, stop, go on behind a reload, save, and the same model in Node.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, shot, status } from './tools.mjs';

const DATA = fileURLToPath(new URL('../../../../shared/data/fruits-nuts', import.meta.url));

/** Steps of the training that is measured; a hundred of them take two minutes on two cores. */
const STEPS = process.env.SEG_STEPS ?? '600';

/** Steps by which the measured training has to have reached its AP50. */
const [ENOUGH_STEPS, LEAST_AP50] = [240, 60];

/** As in the other checks of the page: nobody notices a shorter task. */
const LONGEST_TASK = 50;

async function prepared(open) {
  const page = await open('');
  await page.selectOption('#backend', 'wasm');
  await page.selectOption('#model', 'start/');
  await page.click('#tab-teach');
  const photos = readdirSync(path.join(DATA, 'images')).map((name) => path.join(DATA, 'images', name));
  await page.setInputFiles('#photos', photos);
  await status(page, 'photos-status', new RegExp(`^${photos.length} photographs`));
  await page.setInputFiles(
    '#annotations',
    ['train.json', 'val.json'].map((name) => path.join(DATA, name)),
  );
  const text = await status(page, 'annotations-status', /objects? in .* for validation/);
  return { page, text };
}

async function taught({ open }) {
  if (!existsSync(DATA)) return 'skipped: no ../shared/data/fruits-nuts';
  const { page } = await prepared(open);
  await page.fill('#steps', '24');
  await page.fill('#size', '64');
  await page.evaluate(() => {
    const tasks = [];
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'longtask',
    });
    window.longestTask = () => Math.max(0, ...tasks);
  });
  await page.click('#train');
  await status(page, 'train-status', /^Step [4-9]/, 120_000);
  const longest = await page.evaluate(() => window.longestTask());
  expect(longest <= LONGEST_TASK, `no task over ${LONGEST_TASK} ms while it trains`, longest);
  await page.click('#tab-picture');
  await page.click('#scene');
  await status(page, 'status', /A training runs/);
  await page.click('#tab-video');
  await page.click('#camera');
  await status(page, 'video-status', /A training runs/);
  await page.click('#tab-teach');
  await page.click('#stop-train');
  await status(page, 'train-status', /^Ended \(aborted\)/, 120_000);
  await page.click('#tab-picture');
  await status(page, 'status', /segments? in/); // by the model that was taught
  await page.reload();
  await page.selectOption('#backend', 'wasm');
  await page.selectOption('#model', 'start/');
  await page.click('#tab-teach');
  await status(page, 'train-status', /A training of \d+ steps is kept/);
  await status(page, 'photos-status', /photographs/);
  await page.fill('#steps', '24');
  await page.fill('#size', '64');
  await page.click('#train');
  const text = await status(page, 'train-status', /^Done behind 24 steps/, 240_000);
  await shot(page, 'teach');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#save-model')]);
  const zip = readFileSync(await download.path());
  const found = await filesOf(zip);
  if (found.join() !== 'config.json,model.safetensors') throw new Error(`expected a model folder, got ${found}`);
  const classes = await classesInNode(zip);
  if (classes.join() !== 'date,fig,hazelnut') throw new Error(`expected the classes of the file, got ${classes}`);
  const pictures = await page.locator('#validation-pictures canvas').count();
  if (pictures !== 2) throw new Error(`expected two pictures of the validation, got ${pictures}`);
  await page.click('#use-model');
  await page.setInputFiles('#file', path.join(DATA, 'images', readdirSync(path.join(DATA, 'images'))[0]));
  await status(page, 'status', /segments? in/);
  return `${text} Longest task while it trained ${longest} ms.`;
}

/** Classes of the saved model as Node loads it. */
async function classesInNode(zip) {
  const { unzipSync } = await import('fflate');
  const { useBackend } = await import('@seg/core');
  const { Segmenter } = await import('@seg/models');
  const folder = mkdtempSync(path.join(tmpdir(), 'seg-taught-'));
  for (const [name, bytes] of Object.entries(unzipSync(zip))) writeFileSync(path.join(folder, name), bytes);
  try {
    await useBackend('wasm');
    const segmenter = await Segmenter.load(folder);
    const image = { width: 64, height: 48, data: new Uint8Array(64 * 48 * 3) };
    await segmenter.segment(image, { task: 'instance' });
    segmenter.dispose();
    return segmenter.categories.map(({ name }) => name);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Names in a zip file. */
async function filesOf(bytes) {
  const { unzipSync } = await import('fflate');
  return Object.keys(unzipSync(bytes)).sort();
}

/** The whole of it, as a person would wait for it. Only by its name: half an hour. */
async function measured({ open }) {
  const { page, text } = await prepared(open);
  await page.fill('#steps', STEPS);
  const started = performance.now();
  await page.click('#train');
  let last = '';
  for (;;) {
    await page.waitForTimeout(5000);
    const now = await page.textContent('#train-status');
    const line = await page.textContent('#validations');
    if (line !== last)
      console.log(`  ${((performance.now() - started) / 60_000).toFixed(1)} min: ${now} ${line.slice(-160)}`);
    last = line;
    if (/^(Done|Ended)/.test(now) || (await page.locator('#train-status.bad').count()) > 0) break;
  }
  const minutes = (performance.now() - started) / 60_000;
  await shot(page, 'taught');
  const best = Math.max(...[...last.matchAll(/AP50 ([\d.]+)/g)].map(([, value]) => Number(value)));
  if (Number(STEPS) >= ENOUGH_STEPS) expect(best >= LEAST_AP50, `an AP50 of at least ${LEAST_AP50}`, best);
  return `${text} ${minutes.toFixed(1)} min: ${await page.textContent('#train-status')} ${await page.textContent('#validations')}`;
}

export const TEACH_CHECKS = {
  'teach: imported, trained, stopped, gone on behind a reload, saved and used': taught,
};

/** Run by its name alone. */
export const LONG_CHECKS = { 'measure: fruits and nuts': measured };
