import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { trainingFolder } from './training-folder.ts';

let parent = '';
beforeAll(() => {
  parent = mkdtempSync(path.join(tmpdir(), 'seg-train-'));
});
afterAll(() => rmSync(parent, { recursive: true }));

test('an empty place has no state; what was written is read again', async () => {
  const storage = trainingFolder(path.join(parent, 'new', 'run'));
  expect(await storage.read()).toEqual([]);
  await storage.write(new Uint8Array([1, 2, 3]), [{ step: 0, loss: 2 }], '<svg/>');
  const [saved, ...before] = await storage.read();
  expect([...saved.checkpoint.read(0, 3)]).toEqual([1, 2, 3]);
  expect(saved.log).toEqual([{ step: 0, loss: 2 }]);
  expect(before).toEqual([]);
});

test('the checkpoint before the last is kept, and one before that is not', async () => {
  const storage = trainingFolder(path.join(parent, 'three'));
  for (const byte of [1, 2, 3]) await storage.write(new Uint8Array([byte]), [{ step: byte, loss: 2 }], '');
  const saved = await storage.read();
  expect(saved.map(({ checkpoint }) => checkpoint.read(0, 1)[0])).toEqual([3, 2]);
});

test.each(['{', '{}', '[1]', '[{"loss":1}]', '[null]'])('a log that is none is refused: %s', async (text) => {
  const folder = path.join(parent, 'damaged');
  const storage = trainingFolder(folder);
  await storage.write(new Uint8Array(1), [], '');
  writeFileSync(path.join(folder, 'log.json'), text);
  await expect(storage.read()).rejects.toThrow(/log\.json: expected/);
});
