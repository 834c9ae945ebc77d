import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { writeFileAtomic } from './write-file-atomic.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'seg-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

test('replaces a file and leaves nothing beside it', async () => {
  await writeFileAtomic(path.join(folder, 'a.txt'), 'old');
  await writeFileAtomic(path.join(folder, 'a.txt'), new Uint8Array([0x6e, 0x65, 0x77]));
  expect(await readFile(path.join(folder, 'a.txt'), 'utf8')).toBe('new');
  expect(await readdir(folder)).toEqual(['a.txt']);
});

test('many writers of one file leave one whole version', async () => {
  const versions = Array.from({ length: 20 }, (_, i) => String(i).repeat(5000));
  await Promise.all(versions.map((version) => writeFileAtomic(path.join(folder, 'b.txt'), version)));
  expect(versions).toContain(await readFile(path.join(folder, 'b.txt'), 'utf8'));
  expect(await readdir(folder)).toEqual(['b.txt']);
});

test('a failed write is one line with the reason, and the old file stays', async () => {
  await writeFile(path.join(folder, 'file'), '');
  await expect(writeFileAtomic(path.join(folder, 'file', 'c.txt'), 'x')).rejects.toThrow(/^writeFileAtomic: .*ENOTDIR/);
  await mkdir(path.join(folder, 'taken', 'inside'), { recursive: true });
  await expect(writeFileAtomic(path.join(folder, 'taken'), 'x')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST|EPERM/);
  expect((await readdir(folder)).sort()).toEqual(['file', 'taken']);
});

test('a folder without rights is refused', async () => {
  await chmod(folder, 0o500);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid!(65534); // root may write anywhere, nobody may not
  try {
    await expect(writeFileAtomic(path.join(folder, 'd.txt'), 'x')).rejects.toThrow(/got EACCES: permission denied$/);
  } finally {
    if (isRoot) process.seteuid!(0);
  }
  expect(await readdir(folder)).toEqual([]);
});

test('a full disk leaves the old file and nothing beside it', async (context) => {
  const disk = path.join(folder, 'disk');
  await mkdir(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).status === 0;
  if (!mounted) return context.skip('needs the right to mount a small disk');
  try {
    await writeFileAtomic(path.join(disk, 'e.txt'), 'old');
    const tooMuch = writeFileAtomic(path.join(disk, 'e.txt'), new Uint8Array(100_000));
    await expect(tooMuch).rejects.toThrow(/^writeFileAtomic: expected to write .*e\.txt, got ENOSPC: no space left/);
    expect(await readdir(disk)).toEqual(['e.txt']);
    expect(await readFile(path.join(disk, 'e.txt'), 'utf8')).toBe('old');
  } finally {
    spawnSync('umount', [disk]);
  }
});

test('names may be as long as the system lets them be', async () => {
  for (const name of [`${'a'.repeat(248)}.png`, `${'é'.repeat(120)}.png`, `${'\u{1f600}'.repeat(62)}.png`]) {
    await writeFileAtomic(path.join(folder, name), 'whole');
    expect(await readFile(path.join(folder, name), 'utf8')).toBe('whole');
    await rm(path.join(folder, name));
  }
  expect(await readdir(folder)).toEqual([]);
});
