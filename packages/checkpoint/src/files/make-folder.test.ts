import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeFolder } from './make-folder.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'seg-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('folders are made with those above them, and may be there', async () => {
  const deep = path.join(folder, 'a', 'b', 'c');
  await makeFolder(deep);
  await makeFolder(deep);
  await Promise.all([1, 2, 3].map(() => makeFolder(path.join(folder, 'x', 'y'))));
  expect(statSync(deep).isDirectory()).toBe(true);
});

test.each(['a file', 'below a file', 'a link to nowhere'])('%s is refused', async (kind) => {
  writeFileSync(path.join(folder, 'file'), '');
  symlinkSync('nowhere', path.join(folder, 'link'));
  const name = { 'a file': 'file', 'below a file': 'file/x/y', 'a link to nowhere': 'link' }[kind]!;
  await expect(makeFolder(path.join(folder, name))).rejects.toThrow(/EEXIST|ENOTDIR/);
});

test.skipIf(!existsSync('/proc/self'))('a place that takes no folders is refused, and is no endless loop', async () => {
  await expect(makeFolder('/proc/seg/x')).rejects.toThrow('ENOENT');
});
