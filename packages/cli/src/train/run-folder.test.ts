import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { claimRunFolder, requireRunFolder } from './run-folder.ts';

let parent = '';
beforeAll(() => {
  parent = mkdtempSync(path.join(tmpdir(), 'seg-run-'));
});
afterAll(() => rmSync(parent, { recursive: true }));

const at = (...names: string[]): string => path.join(parent, ...names);

test('a folder that nothing was written into goes, and one with a run stays', async () => {
  const release = await claimRunFolder(at('empty'));
  await release();
  expect(existsSync(at('empty'))).toBe(false);
  const other = await claimRunFolder(at('kept'));
  writeFileSync(at('kept', 'run.json'), '{}');
  await other();
  expect(readdirSync(at('kept'))).toEqual(['run.json']);
});

test('a folder that another process writes into is refused', async () => {
  mkdirSync(at('taken'));
  writeFileSync(at('taken', '.run.lock'), JSON.stringify({ pid: process.ppid, host: hostname() }));
  await expect(claimRunFolder(at('taken'))).rejects.toThrow('train: expected one run in a folder, got another');
});

test('what a killed run was writing is removed, in its folders too', async () => {
  mkdirSync(at('killed', 'validation'), { recursive: true });
  writeFileSync(at('killed', '.training.safetensors.71-3.part'), 'half');
  writeFileSync(at('killed', 'validation', '.01-a.png.71-4.part'), 'half');
  writeFileSync(at('killed', 'training.safetensors'), 'whole');
  const release = await claimRunFolder(at('killed'));
  await release();
  expect(readdirSync(at('killed'), { recursive: true }).sort()).toEqual(['training.safetensors', 'validation']);
});

test('a run begins in a new or empty folder, and goes on where one is', async () => {
  mkdirSync(at('free'));
  await requireRunFolder(at('free'), false);
  await requireRunFolder(at('new', 'within'), false);
  expect(existsSync(at('new'))).toBe(false);
  await expect(requireRunFolder(at('free'), true)).rejects.toThrow('to go on with, got none');
  writeFileSync(at('free', 'notes.txt'), 'mine');
  await expect(requireRunFolder(at('free'), false)).rejects.toThrow('which has notes.txt in it');
  await expect(requireRunFolder(at('free', 'notes.txt'), false)).rejects.toThrow('expected a folder for the run');
  writeFileSync(at('free', 'run.json'), '{}');
  await requireRunFolder(at('free'), true);
  await expect(requireRunFolder(at('free'), false)).rejects.toThrow('expected no run in');
});
