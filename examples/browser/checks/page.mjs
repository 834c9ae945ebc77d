// The page as a person uses it: photograph, names, files; keyboard; a telephone; dark; the camera; without a network.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { largePng } from './large-png.mjs';
import { expect, segmented, shot, status } from './tools.mjs';

/** A task of the page that nobody notices (RAIL: a frame and a half of an answer within 100 ms). */
const LONGEST_TASK = 50;
/** A picture that is reduced to the most that the page shows. */
const PHOTOGRAPH = { name: 'photograph.png', mimeType: 'image/png', buffer: largePng(2000, 1500) };
async function photograph({ open }) {
  const page = await open('');
  const text = await segmented(page);
  const lines = await page.locator('#segments li').count();
  if (lines === 0) throw new Error(`expected lines of segments, got ${text}`);
  await page.hover('#picture');
  await status(page, 'hover', /%|No segment/);
  await page.focus('#segments li button');
  await shot(page, 'picture');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#save-coco')]);
  const coco = JSON.parse(readFileSync(await download.path(), 'utf8'));
  const isWhole = coco.annotations.every(
    ({ segmentation, area, bbox }) => segmentation.counts && area > 0 && bbox[2] > 0,
  );
  if (coco.annotations.length !== lines || !isWhole)
    throw new Error(`expected ${lines} annotations, got ${coco.annotations.length}`);
  const [png] = await Promise.all([page.waitForEvent('download'), page.click('#save-png')]);
  const [masks] = await Promise.all([page.waitForEvent('download'), page.click('#save-masks')]);
  for (const one of [png, masks]) {
    const bytes = readFileSync(await one.path());
    if (bytes.toString('latin1', 1, 4) !== 'PNG') throw new Error(`expected a PNG, got ${bytes.subarray(0, 8)}`);
  }
  await page.selectOption('#task', 'instance');
  await status(page, 'status', /segments? in/);
  expect(!(await page.evaluate(() => '_tfengine' in globalThis)), 'tfjs in the worker alone', 'it in the page too');
  return `${text} ${lines} lines, COCO, PNG and masks saved`;
}

async function responsive({ open }, isolated) {
  const page = await open('', { settings: { isolated } });
  await page.selectOption('#backend', 'wasm');
  await page.setInputFiles('#file', PHOTOGRAPH);
  await status(page, 'status', /segments? in/); // canvases and code are there
  await page.evaluate(() => {
    const tasks = [];
    const keep = (list) => tasks.push(...list.getEntries().map(({ duration }) => duration));
    new PerformanceObserver(keep).observe({ type: 'longtask' });
    window.longestTask = () => Math.max(0, ...tasks);
  });
  await page.click('#load'); // which segments what is open
  await page.evaluate(() => (document.getElementById('status').textContent = ''));
  await status(page, 'status', /segments? in/);
  await page.waitForTimeout(300);
  const found = await page.evaluate(() => window.longestTask());
  if (found > LONGEST_TASK) throw new Error(`expected no task over ${LONGEST_TASK} ms, got ${found}`);
  return `longest task ${found} ms`;
}

async function cancelled({ open }) {
  const page = await open('', { settings: { bytesPerSecond: 100_000 } });
  await page.selectOption('#backend', 'wasm');
  await page.click('#load');
  await status(page, 'model-status', /model\.safetensors: \d+ kB of 3\.6 MB/);
  await shot(page, 'loading');
  await page.click('#cancel-load');
  return status(page, 'model-status', /Cancelled/);
}

async function missing({ open }) {
  const page = await open('', { settings: { statuses: { '/model/config.json': 404 } }, expected: /404/ });
  await page.click('#load');
  return status(page, 'model-status', /expected a file config\.json, got none/);
}

async function folder({ open }) {
  const page = await open('');
  await page.selectOption('#backend', 'wasm');
  await page.selectOption('#model', 'folder');
  await page.click('#load');
  await status(page, 'model-status', /Choose a folder/);
  await page.setInputFiles('#folder', fileURLToPath(new URL('../../mask2former/model', import.meta.url)));
  await page.click('#load');
  return status(page, 'model-status', /12 classes/);
}

async function dropped({ open }) {
  const page = await open('');
  await page.selectOption('#backend', 'wasm');
  for (const kind of ['drop', 'paste']) {
    await page.evaluate(async (name) => {
      const canvas = new OffscreenCanvas(120, 80);
      canvas.getContext('2d').fillRect(20, 20, 40, 40);
      const transfer = new DataTransfer();
      transfer.items.add(new File([await canvas.convertToBlob()], `${name}.png`, { type: 'image/png' }));
      const options = { bubbles: true, cancelable: true };
      const event =
        name === 'drop'
          ? new DragEvent('drop', { ...options, dataTransfer: transfer })
          : new ClipboardEvent('paste', { ...options, clipboardData: transfer });
      document.body.dispatchEvent(event);
    }, kind);
    await status(page, 'status', /segments? in/);
    await page.evaluate(() => (document.getElementById('status').textContent = ''));
  }
  await page.setInputFiles('#file', { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('none') });
  return status(page, 'status', /a\.txt to be a picture/);
}

async function keyboard({ open }) {
  const page = await open('');
  await page.keyboard.press('Tab');
  const first = await page.evaluate(() => document.activeElement.textContent);
  await page.focus('#tab-picture');
  await page.keyboard.press('ArrowRight');
  const isShown = await page.isVisible('#panel-video');
  await page.keyboard.press('ArrowRight');
  if (!isShown || !(await page.isVisible('#panel-teach'))) throw new Error('expected arrows to change the panel');
  const nameless = await page.evaluate(() =>
    [...document.querySelectorAll('button, input, select, canvas, progress')]
      .filter((one) => !one.labels?.length && !one.getAttribute('aria-label') && !one.textContent.trim())
      .map(({ id }) => id),
  );
  if (nameless.length > 0) throw new Error(`expected a label for each control, got none for ${nameless}`);
  return `first ${JSON.stringify(first)}, every control has a label`;
}

async function telephone({ open }) {
  const page = await open('', { options: {} });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await segmented(page);
  await shot(page, 'phone-dark');
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  for (const tab of ['video', 'teach']) {
    await page.click(`#tab-${tab}`);
    await shot(page, `phone-dark-${tab}`);
    if ((await page.evaluate(() => document.documentElement.scrollWidth)) > 390)
      throw new Error(`${tab} is wider than 390`);
  }
  if (wide > 390) throw new Error(`expected a page of 390 pixels, got ${wide}`);
  if (background !== 'rgb(20, 22, 27)') throw new Error(`expected a dark page, got ${background}`);
  return `${wide} pixels wide, dark`;
}

/** WCAG 2.2, 1.4.3: text of the page against what is behind it, in the light and in the dark. */
async function contrast({ open }) {
  const page = await open('');
  await segmented(page);
  let texts = 0;
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const tab of ['picture', 'video', 'teach']) {
      await page.click(`#tab-${tab}`);
      await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)));
      const found = await page.evaluate(contrasts);
      const weak = found.filter(({ ratio, isLarge }) => ratio < (isLarge ? 3 : 4.5));
      expect(found.length > 10 && weak.length === 0, `text of ${tab} to be read in the ${colorScheme}`, weak);
      texts += found.length;
    }
  }
  return `${texts} texts`;
}

/** Contrast of each element with text of its own that is shown; in the page. */
function contrasts() {
  const rgba = (text) => {
    const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const behind = (one) => {
    if (one === null) return [255, 255, 255];
    const [r, g, b, a] = rgba(getComputedStyle(one).backgroundColor);
    if (a === 1) return [r, g, b];
    return behind(one.parentElement).map((value, i) => a * [r, g, b][i] + (1 - a) * value);
  };
  const luminance = (color) => {
    const [r, g, b] = color.map((value) => {
      const c = value / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const shown = [...document.body.querySelectorAll('*')].filter(
    (one) =>
      one.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
      !one.disabled &&
      (one.matches('input:not([type=range], [type=checkbox], [type=file])') ||
        [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '')),
  );
  return shown.map((one) => {
    const { color, fontSize, fontWeight } = getComputedStyle(one);
    const lights = [luminance(rgba(color).slice(0, 3)), luminance(behind(one))];
    const ratio = (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05);
    const size = Number.parseFloat(fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(fontWeight) >= 700);
    return { text: `${one.tagName} ${one.id} ${one.textContent.trim().slice(0, 20)}`, ratio, isLarge };
  });
}

async function offline({ open, context }) {
  const page = await open('');
  await status(page, 'offline', /without a network/);
  await page.waitForFunction(async () => (await (await caches.open('seg-page')).match('page.js')) !== undefined);
  await segmented(page);
  await context.setOffline(true);
  await page.reload();
  const text = await segmented(page);
  await context.setOffline(false);
  return text;
}

/** Models and scripts with a hash in their names come from the cache alone; the page's own scripts are fetched behind it. */
async function fetchedOnce({ open }) {
  const requests = [];
  const page = await open('', { settings: { requests } });
  await status(page, 'offline', /without a network/);
  await page.waitForFunction(async () => (await (await caches.open('seg-page')).match('page.js')) !== undefined);
  const isKept = async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith('seg-models-'));
    return names.length === 1 && (await (await caches.open(names[0])).keys()).length === 2;
  };
  await segmented(page);
  await page.waitForFunction(isKept);
  await page.reload();
  requests.length = 0;
  await page.reload();
  await segmented(page);
  await page.waitForTimeout(500);
  const again = requests.filter((name) => name.startsWith('/model/') || /-[A-Z0-9]{8}\.js$/.test(name));
  expect(again.length === 0, 'no model and no hashed script to be fetched again', again);
  expect(requests.includes('/page.js'), 'the page to be fetched behind the answer', requests);
  return `${requests.length} files fetched behind a second visit: ${requests.join(' ')}`;
}

/** Elements that the scripts name. */
async function ids({ open }) {
  const folder = new URL('../src/', import.meta.url);
  const text = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const calls = /\b(?:element|say|attempt|sayWithRefused|new Latest)\('([\w-]+)'/g;
  const named = [...new Set([...text.join('\n').matchAll(calls)].map(([, id]) => id))];
  const page = await open('');
  const wrong = await page.evaluate((list) => {
    const all = [...document.querySelectorAll('[id]')].map(({ id }) => id);
    const referred = ['aria-controls', 'aria-labelledby', 'list', 'for'].flatMap((name) =>
      [...document.querySelectorAll(`[${name}]`)].map((one) => one.getAttribute(name)),
    );
    const missing = [...list, ...referred].filter((id) => !all.includes(id));
    return [...missing, ...all.filter((id, i) => all.indexOf(id) !== i)];
  }, named);
  expect(named.length > 40 && wrong.length === 0, 'each id that is named to be there once', wrong);
  return `${named.length} ids`;
}

async function camera({ open }) {
  const page = await open('');
  await page.selectOption('#backend', 'wasm');
  await page.click('#tab-video');
  await page.click('#camera');
  const text = await status(page, 'video-status', /^([3-9]|\d\d) frames/);
  await shot(page, 'camera');
  await page.click('#stop-video');
  await status(page, 'video-status', /Cancelled/);
  return text;
}

export const PAGE_CHECKS = {
  'page: a scene, its segments and files': photograph,
  'page: it answers while it loads and segments, isolated': (tools) => responsive(tools, true),
  'page: it answers while it loads and segments, not isolated': (tools) => responsive(tools, false),
  'page: progress by file, and cancel': cancelled,
  'page: a missing file is named': missing,
  'page: a model of a folder on this disk': folder,
  'page: drop, paste, and what is no picture': dropped,
  'page: keyboard and labels': keyboard,
  'page: a telephone in the dark': telephone,
  'page: text against its background': contrast,
  'page: a second visit without a network': offline,
  'page: models are fetched once': fetchedOnce,
  'page: ids that scripts name': ids,
  'page: the camera': camera,
};
