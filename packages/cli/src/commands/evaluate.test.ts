import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { idToRgb } from '@seg/coco-eval';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { evaluateCommand } from './evaluate.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'seg-evaluate-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const at = (...names: string[]) => path.join(folder, ...names);

async function run(...args: string[]): Promise<{ printed: string; warned: string }> {
  const [printed, warned]: string[][] = [[], []];
  const command = evaluateCommand({
    print: (text) => printed.push(text),
    warn: (text) => warned.push(text),
    progress: { show: () => {}, clear: () => {} },
  });
  for (const part of [command, ...command.commands]) part.exitOverride().configureOutput({ writeErr: () => {} });
  await command.parseAsync(args, { from: 'user' });
  return { printed: printed.join('\n'), warned: warned.join('\n') };
}

const square = (id: number, image_id: number) => ({
  ...{ id, image_id, category_id: 1, bbox: [10, 10, 40, 40], area: 1600, iscrowd: 0 },
  segmentation: [[10, 10, 50, 10, 50, 50, 10, 50]],
});
const images = [1, 2, 3].map((id) => ({ id, width: 100, height: 100 }));
const groundTruth = { images, annotations: images.map(({ id }) => square(id, id)), categories: [{ id: 1, name: 'a' }] };
const results = images.map(({ id }) => ({ image_id: id, category_id: 1, bbox: [10, 10, 40, 30 + 3 * id], score: 0.5 }));

function writeInstances(): string[] {
  writeFileSync(at('gt.json'), JSON.stringify(groundTruth));
  writeFileSync(at('dt.json'), JSON.stringify(results));
  return ['instances', '--gt', at('gt.json'), '--dt', at('dt.json'), '--iou-type', 'bbox'];
}

test('prints the table of pycocotools and writes JSON, Markdown and pictures', async () => {
  const { printed } = await run(...writeInstances(), '--json', at('out.json'), '--report', at('report'));
  expect(printed.split('\n')).toHaveLength(12);
  expect(printed).toContain(' Average Precision  (AP) @[ IoU=0.50      | area=   all | maxDets=100 ] = 1.000');
  const report = JSON.parse(readFileSync(at('out.json'), 'utf8'));
  // IoU 0.825, 0.9 and 0.975 pass 7, 9 and 10 of the thresholds
  expect(report.summary.AR100).toBeCloseTo((0.7 + 0.9 + 1) / 3, 12);
  for (const file of [
    'report.md',
    'report.json',
    'categories.svg',
    'precision-recall.svg',
    'confusion.svg',
    'errors.svg',
  ]) {
    expect(existsSync(at('report', file))).toBe(true);
  }
});

test('shards, merged, print what one run prints', async () => {
  const args = writeInstances();
  for (const k of [1, 2]) await run(...args, '--shard', `${k}/2`, '--state', at(`${k}.json`));
  const { printed } = await run('merge', at('2.json'), at('1.json'));
  expect(printed).toBe((await run(...args)).printed);
});

test('every fault of the input is named before the evaluation stops', async () => {
  const args = writeInstances();
  const broken = [{ ...square(7, 1), iscrowd: undefined }, square(0, 2), square(0, 9)];
  writeFileSync(at('gt.json'), JSON.stringify({ ...groundTruth, annotations: broken }));
  const warned: string[] = [];
  const io = { print: () => {}, warn: (text: string) => warned.push(text), progress: { show() {}, clear() {} } };
  const running = evaluateCommand(io).parseAsync(args, { from: 'user' });
  await expect(running).rejects.toThrow(
    /gt\.json, [^ ]*dt\.json: expected input without errors, got one kind, first annotation without iscrowd: annotation 7$/,
  );
  for (const code of ['without iscrowd', 'annotation id 0', 'duplicate annotation id', 'unknown image']) {
    expect(warned.join('\n')).toContain(code);
  }
});

test('no results are zeros, not a crash; NaN as Python writes it is read', async () => {
  const args = writeInstances();
  writeFileSync(at('dt.json'), '[]');
  expect((await run(...args)).printed).toContain('maxDets=100 ] = 0.000');
  writeFileSync(at('dt.json'), JSON.stringify(results).replace('0.5', 'NaN'));
  expect((await run(...args)).warned).toContain('score is NaN');
  writeFileSync(at('dt.json'), '[{');
  await expect(run(...args)).rejects.toThrow(': expected JSON, got');
  await expect(run('instances', '--gt', at('none.json'), '--dt', at('dt.json'))).rejects.toThrow(
    'expected a file to read',
  );
});

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let k = 0; k < 8; k++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return ~value >>> 0;
}

function png(pixels: Uint8Array, width: number, height: number, color: 0 | 2): Buffer {
  const chunk = (type: string, body: Uint8Array) => {
    const tagged = Buffer.concat([Buffer.from(type), body]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(body.length);
    sum.writeUInt32BE(crc(tagged));
    return Buffer.concat([length, tagged, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, color], 8);
  const row = pixels.length / height;
  const rows = Array.from({ length: height }, (_, y) => Buffer.from([0, ...pixels.subarray(y * row, (y + 1) * row)]));
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  const body = deflateSync(Buffer.concat(rows));
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', body), chunk('IEND', Buffer.alloc(0))]);
}

test('panoptic quality of JSON and PNGs, whole and in shards', async () => {
  const segments_info = [
    { id: 300, category_id: 1, area: 4, iscrowd: 0 },
    { id: 7, category_id: 2, area: 2, iscrowd: 0 },
  ];
  const annotations = [1, 2].map((image_id) => ({ image_id, file_name: `${image_id}.png`, segments_info }));
  const categories = [
    { id: 1, isthing: 1 },
    { id: 2, isthing: 0 },
  ];
  for (const [name, ids] of [
    ['truth', [300, 300, 300, 300, 7, 7]],
    ['guess', [300, 300, 300, 7, 7, 7]],
  ] as const) {
    mkdirSync(at(name), { recursive: true });
    writeFileSync(at(`${name}.json`), JSON.stringify({ annotations, categories }));
    for (const { file_name } of annotations) writeFileSync(at(name, file_name), png(idToRgb(ids), 3, 2, 2));
  }
  const args = ['panoptic', '--gt', at('truth.json'), '--dt', at('guess.json')];
  const { printed } = await run(...args);
  // IoU 3/4 and 2/3
  expect(printed).toContain('All       |  70.8   70.8  100.0     2');
  for (const k of [1, 2]) await run(...args, '--shard', `${k}/2`, '--state', at(`p${k}.json`));
  expect((await run('merge', at('p1.json'), at('p2.json'))).printed).toBe(printed);
  writeFileSync(at('guess', '2.png'), png(Uint8Array.of(1, 2), 2, 1, 0));
  await expect(run(...args)).rejects.toThrow('2.png: readPanopticPng: expected RGB of 8 bits, got 1 channels');
});

test.each([
  ['an image', { annotations: [1, 1] }, 'annotations: expected every image_id once, got 1 twice'],
  ['a category', { categories: [3, 3] }, 'categories: expected every id once, got 3 twice'],
  ['a segment', { segments: [7, 7] }, 'annotations[0].segments_info: expected every id once, got 7 twice'],
  ['an id that no PNG can hold', { segments: [2 ** 24] }, 'annotations[0].segments_info[0].id, got 16777216'],
])('panoptic files with %s twice are refused', async (_, ids, message) => {
  const { annotations = [1], categories = [3], segments = [7] } = ids as Record<string, number[] | undefined>;
  const json = {
    annotations: annotations.map((image_id) => ({
      ...{ image_id, file_name: 'a.png' },
      segments_info: segments.map((id) => ({ id, category_id: 3 })),
    })),
    categories: categories.map((id) => ({ id, name: 'a', isthing: 1 })),
  };
  writeFileSync(at('p.json'), JSON.stringify(json));
  await expect(run('panoptic', '--gt', at('p.json'), '--dt', at('p.json'))).rejects.toThrow(message);
});

test('mean IoU of two folders of label maps', async () => {
  for (const [name, labels] of [
    ['maps', [0, 0, 1, 255]],
    ['guesses', [0, 1, 1, 0]],
  ] as const) {
    mkdirSync(at(name), { recursive: true });
    writeFileSync(at(name, 'a.png'), png(Uint8Array.from(labels), 2, 2, 0));
  }
  const { printed } = await run('semantic', '--gt', at('maps'), '--dt', at('guesses'), '--classes', '2');
  expect(printed).toContain('mIoU      |  50.00'); // 1/2 and 1/2
  const args = ['semantic', '--gt', at('maps'), '--dt', at('guesses'), '--classes', '2'];
  await run(...args, '--shard', '1/1', '--state', at('s.json'));
  expect((await run('merge', at('s.json'))).printed).toBe(printed);
});

test('the rule for absent classes holds after merging too', async () => {
  for (const [name, labels] of [
    ['maps', [0, 0, 1, 255]],
    ['guesses', [2, 0, 1, 0]],
  ] as const) {
    mkdirSync(at(name), { recursive: true });
    writeFileSync(at(name, 'a.png'), png(Uint8Array.from(labels), 2, 2, 0));
  }
  const args = ['semantic', '--gt', at('maps'), '--dt', at('guesses'), '--classes', '3'];
  await run(...args, '--shard', '1/1', '--state', at('s.json'));
  expect((await run('merge', at('s.json'))).printed).toContain('mIoU      |  75.00'); // 1/2 and 1
  const { printed } = await run('merge', at('s.json'), '--absent', 'count-as-zero');
  expect(printed).toContain('mIoU      |  50.00'); // 1/2, 1 and 0
  expect((await run(...args, '--absent', 'count-as-zero')).printed).toBe(printed);
});

test('LVIS files need no iscrowd, and print thirteen numbers', async () => {
  const federated = { neg_category_ids: [], not_exhaustive_category_ids: [] };
  const annotations = groundTruth.annotations.map(({ iscrowd: _, ...rest }) => rest);
  const categories = [{ id: 1, name: 'a', frequency: 'r' }];
  const args = [...writeInstances(), '--rules', 'lvis'];
  const truth = { images: images.map((image) => ({ ...image, ...federated })), annotations, categories };
  writeFileSync(at('gt.json'), JSON.stringify(truth));
  const { printed, warned } = await run(...args);
  expect(warned).toBe('');
  expect(printed.split('\n')).toHaveLength(13);
});

test('merge refuses shards that are missing, doubled, or of another evaluation', async () => {
  const args = writeInstances();
  for (const k of [1, 2, 3]) await run(...args, '--shard', `${k}/3`, '--state', at(`w${k}.json`));
  await run(...args, '--max-dets', '1,10,50', '--shard', '3/3', '--state', at('other.json'));
  const merge = (...names: string[]) => run('merge', ...names.map((name) => at(name)));
  await expect(merge('w1.json', 'w2.json')).rejects.toThrow('expected shards 1 to 3 of 3, each once, got 1/3, 2/3');
  await expect(merge('w1.json', 'w2.json', 'w2.json')).rejects.toThrow('got 1/3, 2/3, 2/3');
  await expect(merge('w1.json', 'w2.json', 'other.json')).rejects.toThrow('got states of different inputs or options');
  await expect(merge('gt.json')).rejects.toThrow('gt.json: expected a value as format, got nothing');
});

test('a shard needs a place for its state', async () => {
  await expect(run(...writeInstances(), '--shard', '1/2')).rejects.toThrow(
    'evaluate: expected --state FILE with --shard',
  );
  await expect(run(...writeInstances(), '--shard', '3/2', '--state', at('x'))).rejects.toThrow('Expected k/n');
});

describe('outputs replace nothing', () => {
  const outputs = [
    ['--json', 'kept.json', 'kept.json'],
    ['--report', 'report', 'report/report.md'],
    ['--report', 'report', 'report/precision-recall.svg'],
    ['--state', 'kept.json', 'kept.json'],
  ] as const;

  test.each(outputs)('%s %s where %s is there', async (option, value, kept) => {
    mkdirSync(at('report'));
    writeFileSync(at(kept), 'mine');
    const shard = option === '--state' ? ['--shard', '1/1'] : [];
    const args = [...writeInstances(), ...shard, option, at(value)];
    await expect(run(...args)).rejects.toThrow(/^evaluate: expected no [^\n]*, got a file$/);
    expect(readFileSync(at(kept), 'utf8')).toBe('mine');
    await run(...args, '--force');
    expect(readFileSync(at(kept), 'utf8')).not.toBe('mine');
  });

  test('of merge, of panoptic and of semantic neither, before anything is read', async () => {
    writeFileSync(at('kept'), 'mine');
    const out = ['--json', at('kept')];
    await expect(run('merge', 'nowhere.json', ...out)).rejects.toThrow('evaluate: expected no');
    await expect(run('panoptic', '--gt', 'nowhere', '--dt', 'nowhere', ...out)).rejects.toThrow('expected no');
    mkdirSync(at('maps'));
    writeFileSync(at('maps', 'a.png'), '');
    const folders = ['--gt', at('maps'), '--dt', at('maps'), '--classes', '2'];
    await expect(run('semantic', ...folders, ...out)).rejects.toThrow('expected no');
  });

  test.each([
    ['an input', 'gt.json', 'apart from inputs'],
    ['a link to an input', 'link.json', 'apart from inputs'],
    ['a folder', 'sub', 'which is a folder'],
    ['a device', 'zero', 'got .*, which is a device or pipe|expected outputs'],
    ['a place in no folder', 'nowhere/x.json', 'to write to, got ENOENT'],
  ])('%s is no output, --force or not', async (_, name, message) => {
    const args = writeInstances();
    symlinkSync(at('gt.json'), at('link.json'));
    mkdirSync(at('sub'));
    const file = name === 'zero' ? '/dev/zero' : at(name);
    await expect(run(...args, '--json', file, '--force')).rejects.toThrow(new RegExp(message));
    expect(JSON.parse(readFileSync(at('gt.json'), 'utf8'))).toEqual(groundTruth);
  });

  test('two outputs in one place are refused', async () => {
    const twice = [...writeInstances(), '--json', at('r', 'report.json'), '--report', at('r')];
    mkdirSync(at('r'));
    await expect(run(...twice)).rejects.toThrow(/expected different outputs, got .*report\.json twice/);
  });
});
