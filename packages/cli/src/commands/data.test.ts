import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDataset, writeSceneSet } from '@seg/data/node';
import { readImage } from '@seg/image/node';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { dataCommand } from './data.ts';

let folder = '';
const at = (...names: string[]) => path.join(folder, ...names);
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'seg-'));
  await writeSceneSet(at('scenes'), { split: 'testing', count: 8, height: 64, width: 80 });
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => {
  process.exitCode = undefined;
});

async function run(...argv: string[]): Promise<{ printed: string; warned: string; code: unknown }> {
  const [printed, warned]: [string[], string[]] = [[], []];
  const progress = { show: () => {}, clear: () => {} };
  const command = dataCommand({ print: (text) => printed.push(text), warn: (text) => warned.push(text), progress });
  for (const each of [command, ...command.commands]) each.exitOverride().configureOutput({ writeErr: () => {} });
  await command.parseAsync(argv, { from: 'user' });
  return { printed: printed.join('\n'), warned: warned.join('\n'), code: process.exitCode };
}

test('check: a sound set is exit code 0, a faulty one 1 with every fault by its kind', async () => {
  const sound = await run('check', at('scenes'));
  expect([sound.printed.split('\n').at(-1), sound.code]).toEqual(['nothing is wrong', undefined]);
  await run('convert', at('scenes'), '--to', 'coco', '--out', at('faulty'));
  const json = JSON.parse(await readFile(at('faulty', 'train.json'), 'utf8'));
  json.annotations[0].segmentation = [[1, 2]];
  json.images[1].file_name = 'gone.png';
  await writeFile(at('faulty', 'train.json'), JSON.stringify(json));
  const faulty = await run('check', at('faulty'));
  expect(faulty.printed).toMatch(/annotations that cannot be read \(1\)\n {2}error: .*annotations\[0\]/);
  expect(faulty.printed).toMatch(/files that are missing \(1\)\n {2}error: .*gone\.png: expected an image/);
  expect(faulty.code).toBe(1);
  const { faults, count } = JSON.parse((await run('check', at('faulty'), '--json', '--quick')).printed);
  expect(faults.length).toBe(count);
});

test('stats: a table, a map of places, and an SVG that is not replaced unless told', async () => {
  const { printed } = await run('stats', at('scenes'), '--svg', at('stats.svg'));
  expect(printed).toMatch(/^8 images of 80x64, 0 without objects\n\d+ objects; in an image \d+ to \d+/);
  expect(printed.split('\n').filter((line) => line.startsWith('|')).length).toBe(16);
  expect(await readFile(at('stats.svg'), 'utf8')).toMatch(/^<svg .*>8 images, \d+ objects<.*<\/svg>\n$/s);
  await expect(run('stats', at('scenes'), '--svg', at('stats.svg'))).rejects.toThrow('expected no ');
  const json = JSON.parse((await run('stats', at('scenes'), '--svg', at('stats.svg'), '--force', '--json')).printed);
  expect(json.objects).toBe(json.classes.reduce((sum: number, { objects }: { objects: number }) => sum + objects, 0));
});

test('show: sheets of the images, and of what training sees, the same from the same seed', async () => {
  const sheet = async (name: string, ...more: string[]) => {
    await run('show', at('scenes'), '--out', at(name), '--count', '4', '--columns', '2', '--side', '80', ...more);
    return readImage(at(name));
  };
  const plain = await sheet('plain.png');
  // drawings below 400 pixels are enlarged by a whole factor: 80 becomes 400; 8 between, 16 for the caption
  expect([plain.width, plain.height]).toEqual([2 * 408 + 8, 2 * (320 + 24) + 8]);
  const augmented = await sheet('augmented.png', '--augmented', '--size', '48');
  expect(await sheet('again.png', '--augmented', 'finetune', '--size', '48')).toEqual(augmented);
  expect(await sheet('other.png', '--augmented', '--size', '48', '--seed', '2')).not.toEqual(augmented);
  await expect(run('show', at('scenes'), '--out', at('plain.png'))).rejects.toThrow('expected no ');
});

test('split: every image in one part, the same from the same seed; a source is never replaced', async () => {
  await run('convert', at('scenes'), '--to', 'coco', '--out', at('whole'));
  await run('split', at('whole', 'train.json'), '--val', '0.25', '--out', at('parts'));
  const [train, val] = [await openDataset(at('parts')), await openDataset(at('parts'), { split: 'val' })];
  expect([train.length, val.length]).toEqual([6, 2]);
  const names = [train, val].flatMap(({ items }) => items.map(({ name }) => name));
  expect(new Set(names).size).toBe(8);
  await run('split', at('whole', 'train.json'), '--val', '0.25', '--out', at('again'));
  expect(await readFile(at('again', 'val.json'), 'utf8')).toBe(await readFile(at('parts', 'val.json'), 'utf8'));
  expect((await run('check', at('parts'), '--allow-warnings')).code).toBeUndefined();
  await expect(run('split', at('whole', 'train.json'), '--force')).rejects.toThrow(
    'expected --out with another folder',
  );
  await expect(
    run('split', at('whole', 'train.json'), '--val', '0.6', '--test', '0.5', '--out', at('x')),
  ).rejects.toThrow('expected shares of 0 to 1 that leave a rest, got 0.6 and 0.5');
});

test('convert: all formats, into a new folder unless told otherwise', async () => {
  for (const format of ['coco', 'coco-panoptic', 'yolo']) {
    const { warned } = await run('convert', at('scenes'), '--to', format, '--out', at(format), '--link');
    expect(warned).toBe(`written to ${at(format)}`);
    expect((await openDataset(at(format))).length).toBe(8);
  }
  await expect(run('convert', at('scenes'), '--to', 'yolo', '--out', at('yolo'))).rejects.toThrow(/to be new or empty/);
  await run('convert', at('scenes'), '--to', 'yolo', '--out', at('yolo'), '--force');
  const itself = run('convert', at('yolo'), '--to', 'yolo', '--out', at('yolo'), '--force', '--link');
  await expect(itself).rejects.toThrow('expected --out with another folder than that of the source');
  await symlink(at('scenes'), at('link'));
  const byLink = run('convert', at('scenes'), '--to', 'coco', '--out', at('link'), '--force');
  await expect(byLink).rejects.toThrow('expected --out with another folder than that of the source');
});

test('numbers that are none are usage errors', async () => {
  await expect(run('show', at('scenes'), '--out', at('y.png'), '--count', '0')).rejects.toThrow(
    'expected a whole number from 1 to 10000',
  );
  await expect(run('split', at('scenes'), '--val', '1')).rejects.toThrow('Expected a number from 0 to below 1');
  await expect(run('check', at('scenes'), '--ignored', '1,x')).rejects.toThrow('Expected whole numbers');
});

test('what a command reads is never replaced, whatever its name leads through', async () => {
  await cp(at('scenes'), at('kept'), { recursive: true });
  await symlink(at('kept'), at('kept-link'));
  const files = ['panoptic.json', 'panoptic/testing-000000.png', 'images/testing-000000.png'];
  const before = await Promise.all(files.map((file) => readFile(at('kept', file))));
  for (const file of files.flatMap((name) => [at('kept', name), at('kept-link', name)])) {
    const refused = 'data: expected outputs apart from inputs';
    await expect(run('show', at('kept'), '--out', file, '--force')).rejects.toThrow(refused);
    await expect(run('stats', at('kept'), '--svg', file, '--force')).rejects.toThrow(refused);
  }
  expect(await Promise.all(files.map((file) => readFile(at('kept', file))))).toEqual(before);
});

test('options without effect are usage errors', async () => {
  const refused: [string, ...string[]][] = [
    ['expected --polygons with --to coco', 'convert', at('scenes'), '--to', 'yolo', '--out', at('no'), '--polygons'],
    ['expected --augmented with --size', 'show', at('scenes'), '--out', at('no.png'), '--size', '64'],
    ['expected --svg with --force', 'stats', at('scenes'), '--force'],
    ['expected no option categories (panoptic.json has them)', 'stats', at('scenes'), '--categories', 'a,b'],
  ];
  for (const [message, ...argv] of refused) await expect(run(...argv), message).rejects.toThrow(message);
});

test('a set in parts is not split again unless one is named', async () => {
  await run('convert', at('scenes'), '--to', 'yolo', '--out', at('one-part'));
  await run('split', at('one-part'), '--out', at('two-parts'));
  const again = run('split', at('two-parts'), '--out', at('again-split'));
  await expect(again).rejects.toThrow(
    'data split: expected --split with the part to share out (of train, val), got none',
  );
  await run('split', at('two-parts'), '--split', 'train', '--out', at('again-split'));
  expect((await openDataset(at('again-split'), { split: 'val' })).length).toBeGreaterThan(0);
});

test('sheets beyond what can be meant are refused before they are drawn', async () => {
  const show = (...more: string[]) => run('show', at('scenes'), '--out', at('large.png'), ...more);
  await expect(show('--side', '1000000')).rejects.toThrow('expected a whole number from 1 to 4096');
  await expect(show('--size', '99999', '--augmented')).rejects.toThrow('expected a whole number from 1 to 4096');
  await expect(show('--side', '4096')).rejects.toThrow('data show: expected at most 50 megapixels of pictures');
});
