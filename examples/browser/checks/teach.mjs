// A model taught in the page: import, train, stop, go on behind a reload, save, and the same model in Node.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const DATA = fileURLToPath(new URL('../../../../shared/data/fruits-nuts', import.meta.url));
const SHOTS = process.env.SEG_SCREENSHOTS;

/** Steps of the training that is measured; a hundred of them take two minutes on two cores. */
const STEPS = process.env.SEG_STEPS ?? '600';

async function status(page, id, pattern, timeout) {
  await page.waitForFunction(
    ([place, source]) => new RegExp(source).test(document.getElementById(place).textContent),
    [id, pattern.source],
    { timeout },
  );
  return page.textContent(`#${id}`);
}

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
  await page.click('#stop-train');
  await status(page, 'train-status', /^Ended \(aborted\)/, 120_000);
  const longest = await page.evaluate(() => window.longestTask());
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
  if (SHOTS) await page.screenshot({ path: path.join(SHOTS, 'teach.png'), fullPage: true });
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
  if (SHOTS) await page.screenshot({ path: path.join(SHOTS, 'taught.png'), fullPage: true });
  return `${text} ${minutes.toFixed(1)} min: ${await page.textContent('#train-status')} ${await page.textContent('#validations')}`;
}

async function drawn({ open }) {
  const page = await open('');
  await page.selectOption('#backend', 'wasm');
  await page.click('#tab-teach');
  const photo = fileURLToPath(new URL('../../samples/images', import.meta.url));
  await page.setInputFiles('#photos', path.join(photo, readdirSync(photo)[0]));
  await page.click('#photo-list button');
  await page.waitForSelector('#drawing:not([hidden])');
  const canvas = page.locator('#drawing-canvas');
  const box = await canvas.boundingBox();
  const at = (x, y) => ({ x: box.width * x, y: box.height * y });
  await page.fill('#class-name', 'stone');
  await page.selectOption('#tool', 'brush');
  await canvas.hover({ position: at(0.3, 0.3) });
  await page.mouse.down();
  for (let x = 0.32; x <= 0.5; x += 0.02) await canvas.hover({ position: at(x, 0.3) });
  await page.mouse.up();
  await page.click('#new-object');
  await page.selectOption('#tool', 'polygon');
  for (const [x, y] of [
    [0.6, 0.6],
    [0.9, 0.6],
    [0.9, 0.9],
  ])
    await canvas.click({ position: at(x, y) });
  await canvas.press('Enter');
  await status(page, 'annotations-status', /^2 objects in 1 photograph, 1 class: stone/);
  await page.click('#propose');
  await status(page, 'drawing-status', /proposals/);
  const count = Number.parseInt(await page.textContent('#drawing-status'), 10);
  await canvas.click({ position: at(0.5, 0.9) });
  if (SHOTS) await page.screenshot({ path: path.join(SHOTS, 'drawing.png'), fullPage: true });
  await page.click('#undo');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#save-annotations')]);
  const coco = JSON.parse(readFileSync(await download.path(), 'utf8'));
  const isWhole = coco.annotations.every(({ segmentation }) => typeof segmentation.counts === 'string');
  if (coco.annotations.length < 2 || !isWhole)
    throw new Error(`expected two objects, got ${JSON.stringify(coco).slice(0, 200)}`);
  return `${coco.annotations.length} objects drawn, ${count} proposals`;
}

export const TEACH_CHECKS = {
  'teach: objects are drawn, proposed and saved': drawn,
  'teach: imported, trained, stopped, gone on behind a reload, saved and used': taught,
};

/** Run by its name alone. */
export const LONG_CHECKS = { 'measure: fruits and nuts': measured };
