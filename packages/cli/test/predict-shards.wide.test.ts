import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { seededRandom } from '@seg/core';
import { encodePng } from '@seg/image';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { predictCommand } from '../src/commands/predict.ts';
import { inlineReader } from '../src/predict/image-reader.ts';
import { shardOf } from '../src/predict/list-shard.ts';
import { inlinePictures } from '../src/predict/picture-maker.ts';
import type { ImageSegmenter } from '../src/predict/segmenter.ts';
import { Progress } from '../src/render/progress.ts';
import { brightSegmenter } from './bright-segmenter.ts';

/** Enough for three images in most of four shards. */
const COUNT = 12;
let folder = '';
let [printed, noted]: string[][] = [[], []];
const at = (...names: string[]) => path.join(folder, ...names);

beforeEach(() => {
  [printed, noted] = [[], []];
  folder = mkdtempSync(path.join(tmpdir(), 'seg-shards-'));
  mkdirSync(at('images'));
  for (let i = 0; i < COUNT; i++) writeImage(`${String(i).padStart(3, '0')}.png`, i);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writeImage(name: string, seed: number): void {
  const random = seededRandom(seed);
  const data = Uint8Array.from({ length: 8 * 6 * 3 }, () => Math.floor(256 * random()));
  writeFileSync(at('images', name), encodePng({ data, width: 8, height: 6 }));
}

async function predict(segmenter: ImageSegmenter, ...args: string[]): Promise<void> {
  const command = predictCommand({
    load: async () => segmenter,
    print: (text) => void printed.push(text),
    note: (text) => void noted.push(text),
    progress: new Progress({ write: () => {} }),
    reader: () => inlineReader,
    pictures: () => inlinePictures,
  });
  for (const one of [command, ...command.commands]) one.exitOverride().configureOutput({ writeErr: () => {} });
  const given = args[0] === 'merge' ? [] : ['--model', 'somewhere', '--backend', 'cpu'];
  await command.parseAsync([...args, ...given], { from: 'user' });
}

const run = (...args: string[]) => predict(brightSegmenter(), ...args);
const images = () => at('images');

/** Every file of a folder of results but the records, which are in the order of the work. */
function results(name: string): Record<string, string> {
  const files = readdirSync(at(name))
    .filter((file) => !file.endsWith('.jsonl'))
    .sort();
  return Object.fromEntries(files.map((file) => [file, readFileSync(at(name, file), 'base64')]));
}

test('images in hand at once go through the model together, and a bad one among them fails alone', async () => {
  await run(images(), '--out', at('one'));
  const sizes: number[] = [];
  const together: ImageSegmenter = {
    ...brightSegmenter(),
    segment: () => Promise.reject(new Error('expected a batch, got an image')),
    segmentBatch: async (batch, { task, threshold }) => {
      sizes.push(batch.length);
      return Promise.all(batch.map((image) => brightSegmenter().segment(image, { task, threshold })));
    },
  };
  await predict(together, images(), '--out', at('many'), '--batch', '4');
  expect(sizes).toEqual([4, 4, 4]);
  expect(results('many')).toEqual(results('one'));
  writeFileSync(at('images', '005.png'), 'no picture');
  await predict(together, images(), '--out', at('faulty'), '--batch', '6', '--on-error', 'skip');
  expect(sizes.slice(3)).toEqual([5, 6]);
  expect(Object.keys(results('faulty'))).not.toContain('005.panoptic.png');
  for (const batch of ['0', '-1', 'two', '1.5']) {
    await expect(run(images(), '--out', at('none'), '--batch', batch)).rejects.toThrow();
  }
  await expect(run(images(), '--out', at('none'), '--batch', '2', '--track')).rejects.toThrow('without --batch');
  expect(existsSync(at('none'))).toBe(false);
});

describe.each(['panoptic', 'instance'])('%s', (task) => {
  test('four shards, one of them stopped and gone on with, are one run in every byte', async () => {
    await run(images(), '--task', task, '--out', at('one'));
    for (const k of [4, 2, 1]) await run(images(), '--task', task, '--out', at('four'), '--shard', `${k}/4`);
    const third = [images(), '--task', task, '--out', at('four'), '--shard', '3/4'];
    await expect(predict(brightSegmenter({ failAfter: 1 }), ...third)).rejects.toThrow('power supply');
    await expect(run('merge', at('four'))).rejects.toThrow(
      /3-of-4\.jsonl: expected records of \d+ images, got 1: --resume/,
    );
    await run(...third, '--resume');
    await run('merge', at('four'));
    expect(printed.at(-1)).toBe(`${at('four')}: 12 images of 4 shards`);
    expect(results('four')).toEqual(results('one'));
    expect(Object.keys(results('four')).length).toBe(2 * COUNT + (task === 'instance' ? 2 : 1));
  });

  test('shards in folders of their own are gathered', async () => {
    await run(images(), '--task', task, '--out', at('one'));
    for (const k of [1, 2]) await run(images(), '--task', task, '--out', at(`part${k}`), '--shard', `${k}/2`);
    await run('merge', at('part2'), at('part1'), '--out', at('both'));
    expect(results('both')).toEqual(results('one'));
  });
});

describe('merge refuses', () => {
  beforeEach(async () => {
    for (const k of [1, 2, 3]) await run(images(), '--out', at(`s${k}`), '--shard', `${k}/3`);
  });
  const merge = (...names: string[]) => run('merge', ...names.map((name) => at(name)), '--out', at('all'));

  test('a shard that is missing or doubled', async () => {
    await expect(merge('s1', 's3')).rejects.toThrow('expected shards 1 to 3 of 3, each once, got 1/3, 3/3');
    await expect(merge('s1', 's2', 's2')).rejects.toThrow('got 1/3, 2/3, 2/3');
    await expect(merge('s1', 's2', 's3', 's1')).rejects.toThrow('each once, got 1/3, 2/3, 3/3, 1/3');
    expect(existsSync(at('all', 'panoptic.json'))).toBe(false);
  });

  test('a shard of other options, of another list, of another n', async () => {
    await run(images(), '--out', at('t3'), '--shard', '3/3', '--threshold', '0.3');
    await expect(merge('s1', 's2', 't3')).rejects.toThrow('expected records of the same task, model, threshold');
    writeImage('new.png', 99);
    await run(images(), '--out', at('l3'), '--shard', '3/3');
    await expect(merge('s1', 's2', 'l3')).rejects.toThrow('expected records of the same list of images');
    rmSync(at('images', 'new.png'));
    await run(images(), '--out', at('n4'), '--shard', '3/4');
    await expect(merge('s1', 's2', 'n4')).rejects.toThrow('expected shards 1 to 3 of 3');
  });

  test('records of an image that is not of the shard, and pictures that are gone', async () => {
    const file = at('s1', 'predictions.1-of-3.jsonl');
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const foreign = readFileSync(at('s2', 'predictions.2-of-3.jsonl'), 'utf8').trimEnd().split('\n').at(-1)!;
    writeFileSync(file, `${[...lines.slice(0, -1), foreign].join('\n')}\n`);
    await expect(merge('s1', 's2', 's3')).rejects.toThrow(
      /jsonl: line \d+: expected images of shard 1\/3, got \d+ of another/,
    );
    writeFileSync(file, `${lines.join('\n')}\n`);
    const gone = readdirSync(at('s3')).find((name) => name.endsWith('.panoptic.png'))!;
    rmSync(at('s3', gone));
    await expect(merge('s1', 's2', 's3')).rejects.toThrow(`expected ${gone} beside its records, got none`);
  });
});

describe('resume', () => {
  test('does what is missing or changed, by digest, and nothing else', async () => {
    let calls = 0;
    const counting = () => brightSegmenter({ onSegment: () => calls++ });
    await predict(counting(), images(), '--out', at('out'));
    expect(calls).toBe(COUNT);
    calls = 0;
    writeImage('004.png', 1000);
    rmSync(at('out', '007.overlay.png'));
    await predict(counting(), images(), '--out', at('out'), '--resume');
    expect(calls).toBe(2);
    await run(images(), '--out', at('fresh'));
    expect(results('out')).toEqual(results('fresh'));
  });

  test('tries again what could not be read', async () => {
    renameSync(at('images', '003.png'), at('kept.png'));
    writeFileSync(at('images', '003.png'), 'no picture');
    await run(images(), '--out', at('out'), '--on-error', 'skip');
    expect(noted.join('\n')).toMatch(/skipped: .*003\.png/);
    expect(noted.at(-1)).toContain('1 images could not be read');
    expect(readFileSync(at('out', 'predictions.jsonl'), 'utf8')).toMatch(
      /"file_name":"003.png","error":"decodeImage: /,
    );
    renameSync(at('kept.png'), at('images', '003.png'));
    await run(images(), '--out', at('out'), '--resume');
    await run(images(), '--out', at('fresh'));
    expect(results('out')).toEqual(results('fresh'));
  });

  test('of a shard whose list has changed is refused', async () => {
    await run(images(), '--out', at('out'), '--shard', '1/2');
    writeImage('zzz.png', 7);
    await expect(run(images(), '--out', at('out'), '--shard', '1/2', '--resume')).rejects.toThrow(
      'expected records of the same list of images, got of another (12 images, shard 1/2)',
    );
  });
});

describe('lists', () => {
  test('a text file and a COCO file name the images, relative to themselves or to --root', async () => {
    await run(images(), '--out', at('one'));
    const names = readdirSync(images()).sort();
    writeFileSync(at('list.txt'), `\ufeff${names.map((name) => `images/${name}`).join('\r\n')}\r\n\r\n`);
    await run('--list', at('list.txt'), '--out', at('text'));
    expect(results('text')).toEqual(results('one'));
    const listed = names.map((file_name, i) => ({ id: 100 - i, file_name }));
    const categories = [{ id: 8, name: 'bright' }, { id: 9, name: 'dark' }]; // biome-ignore format: one line
    writeFileSync(at('coco.json'), JSON.stringify({ images: listed, categories }));
    await run('--list', at('coco.json'), '--root', images(), '--out', at('coco'));
    const { annotations } = JSON.parse(readFileSync(at('coco', 'panoptic.json'), 'utf8'));
    expect(annotations.map((one: { image_id: number }) => one.image_id)).toEqual(listed.map(({ id }) => id));
  });

  test.each([
    ['neither images nor a list', [], 'expected images or --list, got neither'],
    ['both', ['x.png', '--list', 'y'], 'expected images or --list, got both'],
    ['a root alone', ['x.png', '--root', 'y'], 'expected --list with --root'],
    ['a list that is not there', ['--list', 'nowhere.txt'], 'nowhere.txt: expected a list of images, got ENOENT'],
    ['an empty list', ['--list', 'EMPTY'], 'expected names of images, got none'],
    ['a picture for a list', ['--list', 'PICTURE'], 'which is no UTF-8'],
  ])('%s is refused', async (_, args, message) => {
    writeFileSync(at('empty'), '\n\n');
    const given = args.map((one) => ({ EMPTY: at('empty'), PICTURE: at('images', '000.png') })[one] ?? one);
    await expect(run(...given, '--out', at('out'))).rejects.toThrow(message);
  });

  test('a hash deals images out evenly, whatever else is in the list', () => {
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 10_000; i++) counts[shardOf(`image ${i}`, 4) - 1]++;
    for (const count of counts) expect(Math.abs(count - 2500)).toBeLessThan(200); // four standard deviations are 173
    expect(shardOf('000000000139', 7)).toBe(shardOf('000000000139', 7));
  });
});

describe('a folder has one run at a time', () => {
  const lock = () => at('out', '.predictions.jsonl.lock');

  test('another is refused while one runs, and the lock goes with it', async () => {
    mkdirSync(at('out'));
    writeFileSync(lock(), JSON.stringify({ pid: process.ppid, host: hostname() }));
    await expect(run(images(), '--out', at('out'))).rejects.toThrow(
      /^predict: expected one run in a folder, got another, process \d+/,
    );
    rmSync(lock());
    await run(images(), '--out', at('out'));
    expect(existsSync(lock())).toBe(false);
  });

  test.each([
    ['of a process that is no more', { pid: 2 ** 22 + 1, host: hostname() }],
    ['of this very process number', { pid: process.pid, host: hostname() }],
    ['that was torn', null],
  ])('a lock %s is taken over', async (_, holder) => {
    mkdirSync(at('out'));
    writeFileSync(lock(), holder === null ? '{"pid":' : JSON.stringify(holder));
    await run(images(), '--out', at('out'));
    expect(readdirSync(at('out')).filter((name) => name.includes('lock'))).toEqual([]);
  });

  test('of another machine only after ten minutes without a sign', async () => {
    mkdirSync(at('out'));
    writeFileSync(lock(), JSON.stringify({ pid: 1, host: 'elsewhere' }));
    await expect(run(images(), '--out', at('out'))).rejects.toThrow('got another, process 1 of elsewhere');
    utimesSync(lock(), new Date(0), new Date(0));
    await run(images(), '--out', at('out'));
  });
});

test('numbers for Prometheus', async () => {
  writeFileSync(at('images', 'bad.png'), 'x');
  await run(images(), '--out', at('out'), '--on-error', 'skip', '--metrics', at('seg.prom'));
  const text = readFileSync(at('seg.prom'), 'utf8');
  expect(text).toMatch(/^seg_predict_images 13$/m);
  expect(text).toMatch(/^seg_predict_images_finished_total\{result="done"\} 12$/m);
  expect(text).toMatch(/^seg_predict_images_finished_total\{result="failed"\} 1$/m);
  expect(text).toMatch(/^seg_predict_seconds_total\{step="model"\} \d/m);
  for (const line of text.trimEnd().split('\n')) {
    expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[a-z]+"\})? [0-9.e+-]+)$/); // its exposition format
  }
  rmSync(at('images', 'bad.png'));
  await expect(run(images(), '--out', at('o2'), '--metrics', at('seg.prom'))).rejects.toThrow('expected no');
});

test('files that vanish are failures of their own', async () => {
  cpSync(images(), at('gone'), { recursive: true });
  let first = true;
  const vanishing = brightSegmenter({
    onSegment: () => {
      if (first) rmSync(at('gone', '010.png'));
      first = false;
    },
  });
  await predict(vanishing, at('gone'), '--out', at('out'), '--on-error', 'skip');
  expect(noted.join('\n')).toMatch(/skipped: readImage: expected to read .*010\.png, got ENOENT/);
  expect(Object.keys(results('out')).length).toBe(2 * (COUNT - 1) + 1);
});
