import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { trainingFolder } from './training-folder.ts';

let parent = '';
beforeAll(() => {
  parent = mkdtempSync(path.join(tmpdir(), 'seg-train-'));
});
afterAll(() => rmSync(parent, { recursive: true }));

const log = (...steps: number[]) => ({ steps: steps.map((step) => ({ step, loss: 2, mask: 1.5 })), validations: [] });

test('an empty place has no state; what was written is read again, in files that tell it', async () => {
  const folder = path.join(parent, 'new', 'run');
  const storage = trainingFolder(folder);
  expect(await storage.read()).toEqual([]);
  const written = {
    ...log(0, 1),
    validations: [{ step: 1, score: 3.5, metrics: { AP: 3.5, 'AP, small': Number.NaN } }],
  };
  await storage.write(new Uint8Array([1, 2, 3]), written, 'a run');
  const [saved, ...before] = await storage.read();
  expect([...saved.checkpoint.read(0, 3)]).toEqual([1, 2, 3]);
  expect(saved.log).toEqual(written);
  expect(before).toEqual([]);
  expect(readFileSync(path.join(folder, 'log.jsonl'), 'utf8').split('\n')[1]).toBe(
    '{"event":"validation","step":1,"score":3.5,"metrics":{"AP":3.5,"AP, small":null}}',
  );
  expect(readFileSync(path.join(folder, 'results.csv'), 'utf8')).toBe('step,score,AP,"AP, small"\n1,3.5,3.5,NaN\n');
  for (const picture of ['loss.svg', 'metrics.svg'])
    expect(readFileSync(path.join(folder, picture), 'utf8')).toMatch(/^<svg[^>]*>\n<title>./);
});

test('the checkpoint before the last is kept, and one before that is not', async () => {
  const storage = trainingFolder(path.join(parent, 'three'));
  for (const byte of [1, 2, 3]) await storage.write(new Uint8Array([byte]), log(byte), '');
  const saved = await storage.read();
  expect(saved.map(({ checkpoint }) => checkpoint.read(0, 1)[0])).toEqual([3, 2]);
});

test.each([
  ['{', 'line 1: expected JSON'],
  ['[]', 'line 1: expected an object, got []'],
  ['{"event":"other"}', 'line 1: expected event "step" or "validation", got "other"'],
  [
    '{"event":"step","step":0,"loss":1}\n{"event":"step","step":-1,"loss":1}',
    'line 2: expected a step of 0 or more, got -1',
  ],
  ['{"event":"step","step":0}', 'line 1: expected a loss, got none'],
  ['{"event":"step","step":0,"loss":1,"mask":"1"}', 'line 1: expected a number as mask, got "1"'],
  ['{"event":"validation","step":0,"metrics":{}}', 'line 1: expected a score, got undefined'],
])('a log that is none is refused: %s', async (text, reason) => {
  const folder = path.join(parent, 'damaged');
  const storage = trainingFolder(folder);
  await storage.write(new Uint8Array(1), log(0), '');
  writeFileSync(path.join(folder, 'log.jsonl'), text);
  await expect(storage.read()).rejects.toThrow(`log.jsonl, ${reason}`);
});
