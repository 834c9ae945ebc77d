// What goes wrong is said, and the page goes on: dead workers, trainings that fail, slow pictures, strange files, full storage.
import { largePng } from './large-png.mjs';
import { expect, segmented, status } from './tools.mjs';

const png = (name, width = 400, height = 300) => ({
  name,
  mimeType: 'image/png',
  buffer: largePng(width, height),
});
const json = (name, content) => ({
  name,
  mimeType: 'application/json',
  buffer: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
});

/** COCO objects of one photograph: a triangle. */
const triangle = (file_name) => ({
  images: [{ id: 1, file_name, width: 400, height: 300 }],
  annotations: [{ id: 1, image_id: 1, category_id: 7, segmentation: [[10, 10, 100, 10, 100, 90]], iscrowd: 0 }],
  categories: [{ id: 7, name: 'leaf' }],
});

/** Ends the worker of the model, as a browser that runs out of memory does. */
async function endWorker(page) {
  const worker = page.workers().findLast((one) => new URL(one.url()).pathname === '/worker.js');
  await Promise.all([worker.waitForEvent('close'), worker.evaluate(() => self.close())]);
}

async function deadWorker({ open }) {
  const page = await open('');
  await segmented(page);
  await page.click('#tab-video');
  await page.click('#camera');
  await status(page, 'video-status', /^[1-9]\d* frames?/);
  await endWorker(page);
  await status(page, 'video-status', /got one that was terminated/);
  const told = await status(page, 'model-status', /a new one was started/);
  await page.click('#camera'); // loads by itself
  await status(page, 'video-status', /^[1-9]\d* frames?/);
  await page.click('#stop-video');
  await status(page, 'video-status', /^Cancelled/);
  await endWorker(page); // while nothing is asked
  await page.waitForTimeout(200);
  await page.click('#tab-picture');
  await page.evaluate(() => (document.getElementById('status').textContent = ''));
  await segmented(page);
  await endWorker(page);
  await page.waitForTimeout(200);
  await page.click('#load');
  await status(page, 'model-status', /12 classes/);
  return told;
}

/** The model is there again for whoever asks next. */
async function failedTraining({ open }) {
  const page = await open('');
  await segmented(page);
  await page.click('#tab-teach');
  await page.setInputFiles('#photos', png('a.png'));
  await page.setInputFiles('#annotations', json('objects.json', triangle('elsewhere.png')));
  await status(page, 'annotations-status', /^1 object/);
  await page.click('#train');
  const text = await status(page, 'train-status', /expected a photograph for each/);
  await page.click('#tab-picture');
  await page.evaluate(() => (document.getElementById('status').textContent = ''));
  await segmented(page);
  return text;
}

/** The first picture takes a second to decode: the second is the one that stays. */
async function slowPicture({ open }) {
  const page = await open('');
  await segmented(page);
  await page.evaluate(() => {
    const make = window.createImageBitmap;
    let waits = 1000;
    window.createImageBitmap = async (...given) => {
      const wait = waits;
      waits = 0;
      await new Promise((resolve) => setTimeout(resolve, wait));
      return make(...given);
    };
  });
  await page.setInputFiles('#file', png('slow.png', 500, 400));
  await page.setInputFiles('#file', png('fast.png', 300, 200));
  await page.waitForFunction(() => document.getElementById('picture').width === 300);
  await page.waitForTimeout(1500);
  await status(page, 'status', /segments? in/);
  const width = await page.evaluate(() => document.getElementById('picture').width);
  expect(width === 300, 'the picture that was opened last', width);
  return `${width} pixels wide`;
}

async function strangeFiles({ open }) {
  const page = await open('');
  await page.click('#tab-teach');
  const none = { name: 'none.png', mimeType: 'image/png', buffer: Buffer.from('none') };
  await page.setInputFiles('#photos', [png('a.png'), none, png('b.png')]);
  const photos = await status(page, 'photos-status', /^2 photographs\. Refused: .*none\.png/);
  await page.setInputFiles('#annotations', [
    json('val.json', {}),
    json('text.json', 'no JSON'),
    json('valencia.json', triangle('a.png')),
    json('list.json', { ...triangle('a.png'), annotations: [{ id: 1, image_id: 5, category_id: 7 }] }),
  ]);
  const text = await status(page, 'annotations-status', /^1 object in 1 photograph, 1 class: leaf\. Refused: /);
  for (const name of ['val.json', 'text.json', 'list.json'])
    expect(text.includes(`${name}: `), `${name} by name`, text);
  expect(!text.includes('valencia'), 'valencia.json to be taken', text);
  await page.setInputFiles('#annotations', json('leaves_val2017.json', triangle('b.png')));
  await status(page, 'annotations-status', /1 photograph for validation/);
  await page.reload();
  await status(page, 'annotations-status', /^1 object in 1 photograph, 1 class: leaf\. 1 photograph for validation/);
  await status(page, 'photos-status', /^2 photographs/);
  return `${photos} ${text}`;
}

/** As browsers tell of it: some when something is written, others when the transaction is to end. */
async function fullStorage({ open }) {
  const page = await open('');
  await page.evaluate(() => {
    const { put } = IDBObjectStore.prototype;
    window.fill = (isEarly) => {
      IDBObjectStore.prototype.put = function (...given) {
        if (isEarly) throw new DOMException('No room.', 'QuotaExceededError');
        const request = put.apply(this, given);
        this.transaction.abort();
        return request;
      };
    };
    window.empty = () => Object.assign(IDBObjectStore.prototype, { put });
    window.fill(true);
  });
  await page.click('#tab-teach');
  await page.setInputFiles('#photos', png('a.png'));
  const text = await status(page, 'kept-status', /^Not kept for the next visit \(No room/);
  await page.evaluate(() => window.fill(false));
  await page.setInputFiles('#annotations', json('objects.json', triangle('a.png')));
  await status(page, 'annotations-status', /^1 object/);
  await status(page, 'kept-status', /^Not kept for the next visit \(the database/);
  await page.click('#photo-list button');
  await status(page, 'drawing-status', /^a\.png: 1 object\./);
  await page.evaluate(() => window.empty());
  await page.setInputFiles('#photos', png('b.png'));
  await status(page, 'kept-status', /^$/);
  return text;
}

export const FAULT_CHECKS = {
  'faults: a worker that ended is replaced': deadWorker,
  'faults: a training that fails at its start': failedTraining,
  'faults: a picture that is slow to decode': slowPicture,
  'faults: files that are no pictures and no COCO': strangeFiles,
  'faults: a full storage': fullStorage,
};
