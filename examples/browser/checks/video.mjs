// Videos and the camera, one after the other; their objects and ids; a model of instances alone.
import { fileURLToPath } from 'node:url';

import { expect, segmented, shot, status } from './tools.mjs';

const SOLO = fileURLToPath(new URL('../../solo/solo-model', import.meta.url));

/** A generated scene that moves, as a video file. */
async function movingScene(page) {
  await page.uncheck('#show-fill');
  await page.uncheck('#show-labels');
  await segmented(page);
  const text = await page.evaluate(async () => {
    const scene = document.getElementById('picture');
    const shown = Object.assign(document.createElement('canvas'), { width: scene.width, height: scene.height });
    const stage = shown.getContext('2d', { alpha: false }); // captured alpha takes headless Chromium down
    const recorder = new MediaRecorder(shown.captureStream(10), { mimeType: 'video/webm' });
    const parts = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    recorder.start();
    for (let i = 0; i < 40; i++) {
      stage.drawImage(scene, i / 2, 0);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const stopped = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.stop();
    await stopped;
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  });
  return { name: 'scene.webm', mimeType: 'video/webm', buffer: Buffer.from(text, 'base64') };
}

const frames = (page) => status(page, 'video-status', /^([3-9]|\d\d) frames/);

async function oneAtATime({ open }) {
  const page = await open('');
  const video = await movingScene(page);
  await page.click('#tab-video');
  await page.setInputFiles('#video-file', video);
  await frames(page);
  await page.setInputFiles('#video-file', video);
  await status(page, 'video-status', /^Starting|^[1-2] frames?/);
  await frames(page);
  await page.click('#camera');
  await status(page, 'video-status', /^Starting|^[1-2] frames?/);
  await frames(page);
  await page.click('#camera');
  await status(page, 'video-status', /^Starting|^[1-2] frames?/);
  const text = await frames(page);
  expect(await page.isVisible('#stop-video'), 'a button that stops the camera', 'none');
  await page.click('#stop-video');
  await status(page, 'video-status', /^Cancelled/);
  expect(!(await page.isVisible('#stop-video')), 'no button that stops nothing', 'one');
  const none = { name: 'none.mp4', mimeType: 'video/mp4', buffer: Buffer.from('none') };
  await page.setInputFiles('#video-file', none);
  const refused = await status(page, 'video-status', /^none\.mp4: expected a video/);
  return `${text}; ${refused}`;
}

/** Ids of the frames, as the worker gives them. */
async function keptIds({ open, context }) {
  await context.addInitScript(() => {
    window.frames = [];
    const listen = Worker.prototype.addEventListener;
    Worker.prototype.addEventListener = function (type, ...rest) {
      const hear = ({ data }) => {
        const segments = data?.value?.[0]?.segments;
        if (segments) window.frames.push(segments.map(({ id }) => id));
      };
      if (type === 'message') listen.call(this, type, hear);
      listen.call(this, type, ...rest);
    };
  });
  const page = await open('');
  const video = await movingScene(page);
  await page.click('#tab-video');
  await page.evaluate(() => {
    window.frames.length = 0;
  });
  await page.setInputFiles('#video-file', video);
  await frames(page);
  const found = await page.evaluate(() => window.frames);
  const [first, last] = [found[0], found.at(-1)];
  const stayed = first.filter((id) => last.includes(id));
  expect(stayed.length > 0 && 2 * stayed.length >= first.length, 'half of the ids to stay', { first, last });
  return `${stayed.length} of ${first.length} ids stayed over ${found.length} frames`;
}

async function instancesAlone({ open }) {
  const page = await open('');
  const video = await movingScene(page);
  await page.selectOption('#model', 'folder');
  await page.setInputFiles('#folder', SOLO);
  await page.click('#load');
  await status(page, 'model-status', /^solo/);
  await page.click('#tab-video');
  await page.setInputFiles('#video-file', video);
  const text = await status(page, 'video-status', /^[1-9]\d* frames?, .*, [1-9]\d* segments?$/);
  await shot(page, 'video-solo');
  const tasks = await page.locator('#video-task option').allTextContents();
  return `${text}; ${tasks}`;
}

async function everyTask({ open }) {
  const page = await open('');
  const video = await movingScene(page);
  await page.click('#tab-video');
  const said = [];
  for (const task of await page.locator('#video-task option').evaluateAll((all) => all.map(({ value }) => value))) {
    await page.selectOption('#video-task', task);
    await page.setInputFiles('#video-file', video);
    await status(page, 'video-status', /^Starting|^1 frame/);
    said.push(`${task}: ${await status(page, 'video-status', /^[1-9]\d* frames?, .*, [1-9]\d* segments?$/)}`);
  }
  expect(said.length === 3, 'three tasks', said);
  return said.join('; ');
}

export const VIDEO_CHECKS = {
  'video: a file, another, the camera, one at a time': oneAtATime,
  'video: objects of a file keep their ids': keptIds,
  'video: a model of instances alone': instancesAlone,
  'video: every task of a model': everyTask,
};
