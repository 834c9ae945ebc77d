// Objects drawn and corrected as a person does: brush, eraser, polygon, proposals, classes, and files of them read again.
import { readFileSync } from 'node:fs';
import { decodeRle, parseRle, rleArea, rleBox } from '@seg/coco-eval';

import { largePng } from './large-png.mjs';
import { expect, shot, status } from './tools.mjs';

const [WIDTH, HEIGHT] = [400, 300];
const photo = (name, height = HEIGHT) => ({ name, mimeType: 'image/png', buffer: largePng(WIDTH, height) });

async function opened(open, photos = [photo('a.png')]) {
  const page = await open('');
  await page.selectOption('#backend', 'wasm');
  await page.click('#tab-teach');
  await page.setInputFiles('#photos', photos);
  await page.click('#photo-list button');
  await status(page, 'drawing-status', /^a\.png: 0 objects/);
  return page;
}

/** Mouse over the photograph, in its pixels. */
async function pointer(page) {
  const canvas = page.locator('#drawing-canvas');
  const at = async (x, y) => {
    await canvas.scrollIntoViewIfNeeded();
    const box = await canvas.boundingBox();
    return [box.x + (x * box.width) / WIDTH, box.y + (y * box.height) / HEIGHT];
  };
  return {
    click: async (x, y) => page.mouse.click(...(await at(x, y))),
    /** In one event from end to end, as a fast hand gives them. */
    drag: async (from, to) => {
      await page.mouse.move(...(await at(...from)));
      await page.mouse.down();
      await page.mouse.move(...(await at(...to)));
      await page.mouse.up();
    },
  };
}

async function saved(page) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#save-annotations')]);
  const coco = JSON.parse(readFileSync(await download.path(), 'utf8'));
  return { coco, masks: coco.annotations.map(({ segmentation }) => decodeRle(parseRle(segmentation))) };
}

const pixel = (mask, x, y) => mask[y * WIDTH + x];

async function corrected({ open }) {
  const page = await opened(open);
  const mouse = await pointer(page);
  await page.fill('#class-name', 'stone');
  await page.selectOption('#tool', 'erase');
  await mouse.click(50, 50);
  await status(page, 'drawing-status', /Nothing to erase/);
  await page.selectOption('#tool', 'brush');
  await mouse.drag([60, 60], [340, 100]);
  const [line] = (await saved(page)).masks;
  for (let x = 60; x <= 340; x++) {
    const y = Math.round(60 + ((x - 60) * 40) / 280);
    expect(pixel(line, x, y) === 1, `the line of a stroke to be whole, also at ${x}, ${y}`, 'a gap');
  }
  await page.click('#new-object');
  await page.selectOption('#tool', 'polygon');
  for (const corner of [[200, 180], [360, 180], [360, 280]]) await mouse.click(...corner); // biome-ignore format: one line
  await page.press('#drawing-canvas', 'Enter');
  await status(page, 'annotations-status', /^2 objects in 1 photograph, 1 class: stone/);

  // the first, by keyboard; the focus stays in the list
  await page.focus('#objects li:first-child button');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#objects li:first-child button[aria-pressed=true]:focus');
  await shot(page, 'chosen');
  await page.selectOption('#tool', 'erase');
  await mouse.drag([200, 40], [200, 120]);
  const erased = await saved(page);
  expect(erased.masks.length === 2 && pixel(erased.masks[0], 200, 80) === 0, 'a hole in the first object', 'none');
  await page.click('#undo');
  expect(pixel((await saved(page)).masks[0], 200, 80) === 1, 'the hole to be taken back', 'a hole');

  // the second, by a click; its class too
  await page.selectOption('#tool', 'keep');
  await mouse.click(340, 200);
  await page.waitForSelector('#objects li:nth-child(2) button[aria-pressed=true]');
  await page.fill('#class-name', 'leaf');
  await page.press('#class-name', 'Enter');
  await status(page, 'annotations-status', /2 classes: stone, leaf/);
  await page.selectOption('#tool', 'brush');
  await mouse.drag([40, 250], [100, 250]);
  const both = await saved(page);
  expect(both.masks.length === 2 && pixel(both.masks[1], 70, 250) === 1, 'the second to grow', both.masks.length);

  // an eraser over all of one removes it
  await page.selectOption('#tool', 'erase');
  await page.fill('#brush-size', '80');
  await page.click('#objects li:first-child button');
  await mouse.drag([40, 60], [360, 105]);
  await status(page, 'annotations-status', /^1 object in 1 photograph, 1 class: leaf/);
  return 'brushed, erased, named, taken back';
}

/** An object brushed, another of corners, the first erased in part and removed, without a pointer. */
async function byKeyboard({ open }) {
  const page = await opened(open);
  const press = async (...keys) => {
    await page.focus('#drawing-canvas');
    for (const key of keys) await page.keyboard.press(key);
  };
  const times = (count, key) => Array.from({ length: count }, () => key);
  await page.fill('#class-name', 'stone');
  await page.selectOption('#tool', 'brush');
  await press('ArrowLeft', ...times(4, 'Shift+ArrowLeft'), ' ', ...times(2, 'Shift+ArrowRight'), ' ');
  await shot(page, 'by-keyboard');
  const [line] = (await saved(page)).masks;
  const [y, right] = [150, 136]; // the middle of 400 × 300; 4 · 32 to the left of it, and 2 · 32 back
  expect(pixel(line, right - 60, y) === 1 && pixel(line, right, y) === 1, 'a stroke along the arrows', 'none');
  expect(pixel(line, right + 20, y) === 0, 'the stroke to end with the second Space', 'more');
  await press('n');
  await page.selectOption('#tool', 'polygon');
  await press('ArrowUp', ...times(3, 'Shift+ArrowUp'), ' ', ...times(3, 'Shift+ArrowRight'), ' ');
  await press(...times(2, 'Shift+ArrowDown'), ' ', 'Enter');
  await status(page, 'annotations-status', /^2 objects in 1 photograph, 1 class: stone/);
  await page.selectOption('#tool', 'keep');
  await press('ArrowDown', 'Shift+ArrowDown', ...times(3, 'Shift+ArrowLeft')); // the first shows the cursor again
  await press(' ', 'Delete');
  return status(page, 'annotations-status', /^1 object in 1 photograph/);
}

/** What COCO's tools read is there, and the same masks come back, to be corrected. */
async function roundTrip({ open }) {
  const page = await opened(open);
  const mouse = await pointer(page);
  await page.selectOption('#tool', 'brush');
  await mouse.drag([60, 60], [340, 100]);
  await page.click('#new-object');
  await mouse.drag([60, 200], [100, 210]);
  const first = await saved(page);
  for (const { segmentation, area, bbox, iscrowd, id, image_id, category_id } of first.coco.annotations) {
    const rle = parseRle(segmentation);
    const isWhole = [id, image_id, category_id].every(Number.isInteger) && iscrowd === 0;
    const isMeasured = area === rleArea(rle) && area > 0 && bbox.join() === rleBox(rle).join();
    expect(isWhole && isMeasured, 'ids, area, box and crowd of a mask', { area, bbox, iscrowd });
  }
  await page.click('#clear-photos');
  await page.waitForSelector('#drawing', { state: 'hidden' });
  await page.setInputFiles('#photos', photo('a.png'));
  const buffer = Buffer.from(JSON.stringify(first.coco));
  await page.setInputFiles('#annotations', { name: 'objects.json', mimeType: 'application/json', buffer });
  await status(page, 'annotations-status', /^2 objects/);
  const again = await saved(page);
  const isSame = JSON.stringify(again.coco) === JSON.stringify(first.coco);
  expect(isSame, 'the same file again', JSON.stringify(again.coco).slice(0, 300));
  await page.click('#photo-list button');
  await status(page, 'drawing-status', /^a\.png: 2 objects/);
  await mouse.drag([200, 80], [200, 130]); // begins on the first
  const { masks } = await saved(page);
  expect(masks.length === 2 && pixel(masks[0], 200, 125) === 1, 'the imported object to grow', masks.length);
  return `${first.coco.annotations.length} masks`;
}

async function proposed({ open }) {
  const page = await opened(open, [photo('a.png'), photo('b.png', 200), photo('c.png')]);
  await page.click('#load');
  await status(page, 'model-status', /12 classes/);
  for (const [place, name] of [
    [2, 'b'],
    [3, 'c'],
  ]) {
    // biome-ignore format: one line
    await page.evaluate((k) => {
      document.getElementById('propose').click();
      document.querySelector(`#photo-list li:nth-child(${k}) button`).click();
    }, place);
    await status(page, 'drawing-status', new RegExp(`^${name}\\.png: 0 objects`));
    await page.waitForTimeout(1500);
    await status(page, 'drawing-status', new RegExp(`^${name}\\.png: 0 objects`));
  }
  await page.click('#propose');
  const text = await status(page, 'drawing-status', /proposals?:/);
  await page.locator('#drawing-canvas').click(); // keeps what is there, if anything is
  await page.selectOption('#model', 'start/');
  await page.click('#load');
  await status(page, 'model-status', /12 classes/);
  await page.selectOption('#tool', 'brush'); // which draws all, with the proposals of the model before
  await page.selectOption('#tool', 'keep');
  return text;
}

async function phone({ open }) {
  const page = await opened(open);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: 'dark' });
  const mouse = await pointer(page);
  await page.selectOption('#tool', 'brush');
  await page.fill('#brush-size', '40');
  await mouse.drag([60, 60], [340, 100]);
  await page.click('#new-object');
  await mouse.drag([60, 200], [100, 210]);
  await shot(page, 'drawing-phone');
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide <= 390, 'at most 390 pixels', wide);
  return `${wide} pixels wide`;
}

export const DRAWING_CHECKS = {
  'drawing: an object is chosen, brushed, erased, named': corrected,
  'drawing: by keyboard alone': byKeyboard,
  'drawing: what is saved is imported to the same masks': roundTrip,
  'drawing: proposals of the photograph before are dropped': proposed,
  'drawing: a telephone in the dark': phone,
};
