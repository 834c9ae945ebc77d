import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { decodePanopticPng, encodePng, type RgbImage } from '@seg/image';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { predictCommand } from '../src/commands/predict.ts';
import { inlineReader } from '../src/predict/image-reader.ts';
import { inlinePictures } from '../src/predict/picture-maker.ts';
import type { ImageSegmenter } from '../src/predict/segmenter.ts';
import { exitCodeOf } from '../src/process/exit-code.ts';
import { requestFinish } from '../src/process/finish-on-signal.ts';
import { Progress } from '../src/render/progress.ts';
import { brightSegmenter } from './bright-segmenter.ts';

const [WIDTH, HEIGHT] = [40, 20];

let folder = '';
let noted: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'seg-pipe-'));
  noted = [];
  process.exitCode = undefined;
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  process.exitCode = undefined;
});

/** A bright square on black that moves to the right. */
function picture(number: number): RgbImage {
  const data = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let y = 5; y < 15; y++) data.fill(255, 3 * (y * WIDTH + 5 + number), 3 * (y * WIDTH + 15 + number));
  return { data, width: WIDTH, height: HEIGHT };
}

const raw = (count: number) => Buffer.concat(Array.from({ length: count }, (_, k) => Buffer.from(picture(k).data)));
const RAW = ['-', '--frames', 'rgb24', '--size', `${WIDTH}x${HEIGHT}`];
const out = () => path.join(folder, 'out');
const json = (name: string) => JSON.parse(readFileSync(path.join(out(), name), 'utf8'));

async function predict(
  input: Readable,
  args: string[],
  segmenter: ImageSegmenter = brightSegmenter(),
): Promise<string[]> {
  const printed: string[] = [];
  const io = {
    load: async () => segmenter,
    print: (text: string) => void printed.push(text),
    note: (text: string) => void noted.push(text),
    progress: new Progress({ write: () => {} }),
    reader: () => inlineReader,
    pictures: () => inlinePictures,
    input,
  };
  const given = ['--out', out(), '--model', 'somewhere', '--backend', 'cpu'];
  await predictCommand(io)
    .exitOverride()
    .parseAsync([...given, ...args], { from: 'user' });
  return printed;
}

describe('frames of a pipe', () => {
  test('raw, in pieces of any length: pictures, records and files of all', async () => {
    const bytes = raw(3);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 1000) }, (_, k) =>
      bytes.subarray(k * 1000, (k + 1) * 1000),
    );
    const printed = await predict(Readable.from(pieces), RAW);
    expect(printed.filter((text) => /frame-00000\d\.png {2}40x20/.test(text)).length).toBe(3);
    expect(readdirSync(out()).sort()).toEqual([
      ...[0, 1, 2].flatMap((k) => [`frame-00000${k}.overlay.png`, `frame-00000${k}.panoptic.png`]),
      'panoptic.json',
      'predictions.jsonl',
    ]);
    expect(
      json('panoptic.json').images.map(({ id, file_name }: { id: number; file_name: string }) => [id, file_name]),
    ).toEqual([
      [1, 'frame-000000.png'],
      [2, 'frame-000001.png'],
      [3, 'frame-000002.png'],
    ]);
  });

  test('images tell their sizes: without --frames, PNG', async () => {
    await predict(Readable.from([encodePng(picture(0)), encodePng(picture(1))]), ['-']);
    expect(json('panoptic.json').annotations.length).toBe(2);
  });

  test('with --json, one value; with --metrics, its numbers', async () => {
    const metrics = path.join(folder, 'm.prom');
    const printed = await predict(Readable.from([raw(2)]), [...RAW, '--json', '--metrics', metrics]);
    expect(JSON.parse(printed.join('')).images.length).toBe(2);
    expect(readFileSync(metrics, 'utf8')).toMatch(/^seg_predict_images 2$/m);
  });
});

describe('--track', () => {
  /** Ids in another order in every frame. */
  const shuffled = (): ImageSegmenter => {
    const plain = brightSegmenter();
    let calls = 0;
    return {
      ...plain,
      segment: async (image, options) => {
        const found = await plain.segment(image, options);
        if (calls++ % 2 === 0) return found;
        if (!('ids' in found)) return { ...found, instances: found.instances.toReversed() };
        return {
          ...found,
          ids: found.ids.map((id) => 3 - id),
          segments: found.segments.map((one) => ({ ...one, id: 3 - one.id })),
        };
      },
    };
  };
  type Annotation = { segments_info: { id: number; category_id: number }[] };
  const idsByCategory = () =>
    json('panoptic.json').annotations.map(({ segments_info }: Annotation) =>
      segments_info.toSorted((a, b) => a.category_id - b.category_id).map(({ id }) => id),
    );

  test('ids stay in JSON and PNGs of a pipe, and change without it', async () => {
    await predict(Readable.from([raw(3)]), RAW, shuffled());
    expect(idsByCategory()).toEqual([[1, 2], [2, 1], [1, 2]]); // biome-ignore format: one line
    await predict(Readable.from([raw(3)]), [...RAW, '--track', '--force'], shuffled());
    expect(idsByCategory()).toEqual([[1, 2], [1, 2], [1, 2]]); // biome-ignore format: one line
    const { ids } = await decodePanopticPng(readFileSync(path.join(out(), 'frame-000001.panoptic.png')), 'map');
    expect([ids[0], ids[10 * WIDTH + 10]]).toEqual([1, 2]);
  });

  test('instances get the id of their object', async () => {
    await predict(Readable.from([raw(2)]), [...RAW, '--task', 'instance', '--track'], shuffled());
    const results: { image_id: number; category_id: number; track_id: number }[] = json('instances.json');
    expect(results.map(({ image_id, category_id, track_id }) => [image_id, category_id, track_id])).toEqual([
      [1, 1, 1],
      [1, 2, 2],
      [2, 2, 2],
      [2, 1, 1],
    ]);
  });

  test('a folder of frames is read in the order that people count in', async () => {
    for (const k of [1, 2, 10]) writeFileSync(path.join(folder, `f${k}.png`), encodePng(picture(k)));
    await predict(Readable.from([]), [folder, '--track'], shuffled());
    expect(json('panoptic.json').images.map(({ file_name }: { file_name: string }) => file_name)).toEqual([
      'f1.png',
      'f2.png',
      'f10.png',
    ]);
    expect(idsByCategory()).toEqual([[1, 2], [1, 2], [1, 2]]); // biome-ignore format: one line
    await expect(predict(Readable.from([]), [folder, '--resume'])).rejects.toThrow('records of the same task, model');
  });
});

describe('faults are named', () => {
  test('a frame that is cut: the files have those before it', async () => {
    const bytes = raw(3);
    const cut = predict(Readable.from([bytes.subarray(0, bytes.length - 7)]), RAW);
    await expect(cut).rejects.toThrow('rawFrames: expected frame 2 whole (2400 bytes of 40x20 rgb24), got 2393: cut');
    await expect(cut.catch(exitCodeOf)).resolves.toBe(1);
    expect(json('panoptic.json').annotations.length).toBe(2);
  });

  test.each([
    [[], RAW, 1, 'expected a frame (2400 bytes of 40x20 rgb24), got no bytes'],
    [[], ['-'], 1, 'expected PPM, PNG or JPEG images, got no bytes'],
    [[Buffer.from('hello, world')], ['-'], 1, 'expected frame 0 to be a PPM, PNG or JPEG image, got bytes 68 65'],
    [[raw(1)], ['-', '--frames', 'rgb24'], 2, 'expected --size, as 640x480, with --frames rgb24, got none'],
    [[raw(1)], ['-', '--frames', 'ppm', '--size', '40x20'], 2, 'expected --size with raw frames'],
    [[raw(1)], ['-', 'photo.jpg'], 2, 'expected - alone for standard input, got other images too'],
    [[raw(1)], ['photo.jpg', '--size', '40x20'], 2, 'expected - for standard input with --frames and --size, got none'],
    [[raw(1)], [...RAW, '--resume'], 2, 'expected - for standard input without --resume, got both'],
    [[raw(1)], [...RAW, '--on-error', 'skip'], 2, 'expected - for standard input without --on-error skip, got both'],
    [[raw(1)], [...RAW, '--shard', '1/2'], 2, 'expected - for standard input without --shard, got both'],
    [[raw(1)], [...RAW, '--workers', '2'], 2, 'expected - for standard input without --workers, got both'],
    [[raw(1)], [...RAW, '--ground-truth', 'a.json'], 2, 'without --ground-truth, got both'],
    [[raw(1)], ['photo.jpg', '--track', '--workers', '2'], 2, 'expected --track without --workers, got both'],
    [[raw(1)], ['photo.jpg', '--track', '--resume'], 2, 'expected --track without --resume, got both'],
  ])('%# %s', async (bytes, args, code, message) => {
    const run = predict(Readable.from(bytes), args);
    await expect(run).rejects.toThrow(message);
    await expect(run.catch(exitCodeOf)).resolves.toBe(code);
    expect(existsSync(path.join(out(), 'predictions.jsonl'))).toBe(false); // the next run may begin
  });

  test('a terminal, a size that is none, a format that is none', async () => {
    await expect(predict(Object.assign(Readable.from([]), { isTTY: true }), ['-'])).rejects.toThrow('got a terminal');
    await expect(predict(Readable.from([]), ['-', '--frames', 'rgb24', '--size', '40'])).rejects.toThrow('as 640x480');
    await expect(predict(Readable.from([]), ['-', '--frames', 'yuv420p'])).rejects.toThrow('rgb24, bgr24');
  });

  test('files of an earlier run are not replaced, and its records are no list to go on with or to merge', async () => {
    await predict(Readable.from([raw(1)]), RAW);
    await expect(predict(Readable.from([raw(1)]), RAW)).rejects.toThrow('--force to replace it');
    writeFileSync(path.join(folder, 'a.png'), encodePng(picture(0)));
    await expect(predict(Readable.from([]), [path.join(folder, 'a.png'), '--resume'])).rejects.toThrow(
      'got those of a pipe',
    );
    await expect(predict(Readable.from([]), ['merge', out()])).rejects.toThrow('got those of a pipe');
  });
});

test('a signal ends the wait for a frame that never comes; the files have those before it', async () => {
  const pipe = new PassThrough();
  const run = predict(pipe, RAW);
  pipe.write(raw(2));
  const last = path.join(out(), 'frame-000001.panoptic.png');
  for (let tries = 0; tries < 400 && !existsSync(last); tries++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(requestFinish(143)).toBe(true);
  await run;
  expect(process.exitCode).toBe(143);
  expect(json('panoptic.json').annotations.length).toBe(2);
  expect(noted.at(-1)).toMatch(/^stopped behind 2 frames in /);
  expect(pipe.destroyed).toBe(true);
});
