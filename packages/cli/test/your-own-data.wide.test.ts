import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeSceneSet } from '@seg/data/node';
import { afterAll, beforeAll, expect, test } from 'vitest';

const program = path.join(import.meta.dirname, '../bin/seg.mjs');
const guide = path.join(import.meta.dirname, '../../../docs/your-own-data.md');
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'seg-own-'));
  // a stranger's set: an export of COCO instances with its photographs beside it
  await writeSceneSet(path.join(folder, 'scenes'), { split: 'testing', count: 6, height: 96, width: 128 });
  seg('data convert scenes --to coco --out photos');
  rmSync(path.join(folder, 'scenes'), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

function seg(line: string, code = 0): string {
  const env = { ...process.env, SEG_BACKEND: undefined };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...line.split(' ')], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  expect(status, `${line}\n${stderr}`).toBe(code);
  return stdout + stderr;
}

/** Lines of the guide that begin with `seg`, in their order. */
const LINES = readFileSync(guide, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('npx seg '))
  .map((line) => line.slice('npx seg '.length));

/** A training of minutes becomes one of two tiny steps; all else is as printed. */
const brief = (line: string) =>
  line.startsWith('train ')
    ? `${line} --backend wasm --steps 2 --batch 1`
    : line.startsWith('predict ')
      ? `${line} --backend wasm`
      : line;

test('every command of the guide runs as printed, from photographs to figures', () => {
  expect(LINES.length).toBeGreaterThan(8);
  for (const line of LINES) seg(brief(line).replaceAll('"', ''));
  const files = readdirSync(path.join(folder, 'run'));
  for (const name of [
    'run.json',
    'log.jsonl',
    'results.csv',
    'loss.svg',
    'metrics.svg',
    'confusion.csv',
    'model',
    'validation',
  ]) {
    expect(files).toContain(name);
  }
  expect(existsSync(path.join(folder, 'out', 'instances.json'))).toBe(true);
});

test('train refuses what it cannot begin with, before anything is made', () => {
  expect(seg('train --data nothing --out x', 1)).toContain('openDataset: expected a folder or file nothing');
  expect(seg('train --data photos', 2)).toContain('train: expected --out with a folder for the run, got none');
  expect(seg('train --data photos --out run', 1)).toContain('train: expected no run in run (--resume goes on with it)');
  expect(seg('train --data photos --out new --resume', 1)).toContain(
    'train: expected a run in new to go on with, got none',
  );
  expect(seg('train --data photos --out new --recipe none.json', 2)).toContain(
    'expected --recipe finetune, published or a file',
  );
  expect(seg('train --data photos --out new --model nowhere/at-all@x --backend cpu', 1)).toContain('expected');
  expect(seg('train --data photos --out photos', 1)).toContain(
    'train: expected a new or empty folder for the run, got photos, which has',
  );
  expect(seg('train --data photos --out photos/train.json', 1)).toContain('train: expected a folder for the run');
  expect(seg('train --data photos --out new --model solov2 --task panoptic --backend cpu', 2)).toContain(
    'train: expected --task instance with this model, got panoptic',
  );
  expect(seg('train --data photos --out new --recipe photos --backend cpu', 1)).toContain(
    'photos: expected a recipe to read, got EISDIR',
  );
  expect(seg('train --data photos --out new --freeze ( --backend cpu', 1)).toContain(
    'recipe: expected a regular expression as freeze[0], got "("',
  );
  expect(seg('train --data photos --out new --steps 0', 2)).toContain('expected a whole number of 1 or more');
  expect(existsSync(path.join(folder, 'new'))).toBe(false);
});
