import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readJson } from './read-json.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'seg-read-json-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(text: string): string {
  const file = path.join(folder, 'a.json');
  writeFileSync(file, text);
  return file;
}

const value = {
  images: [{ id: 1, name: 'ü "quoted" \\u0041' }],
  annotations: [[1.5, -2e-3, null, true], {}],
  empty: [],
};

// A limit of one byte stands for the 512 MB from which files are read in pieces.
test.each([undefined, 1])('what was written is read, with a limit of %s bytes', async (longest) => {
  expect(await readJson(write(JSON.stringify(value)), longest)).toEqual(value);
  expect(await readJson(write(JSON.stringify(value, null, 2)), longest)).toEqual(value);
});

test('pieces are joined wherever they are cut', async () => {
  const long = Array.from({ length: 90_000 }, (_, k) => ({ id: k, name: `größe ${k}` })); // three pieces of 1 MB
  expect(await readJson(write(JSON.stringify(long)), 1)).toEqual(long);
});

test.each([undefined, 1])(
  'what is torn, followed by more, or no JSON is refused, with a limit of %s bytes',
  async (longest) => {
    for (const text of ['[1, 2', '[1] [2]', '{"a" 1}', 'nothing', '']) {
      await expect(readJson(write(text), longest)).rejects.toThrow(/a\.json: expected JSON, got /);
    }
  },
);

test('NaN and Infinity are read, but not in pieces', async () => {
  const file = write('{"a": [NaN, -Infinity, "NaN"]}');
  expect(await readJson(file)).toEqual({ a: [Number.NaN, -Infinity, 'NaN'] });
  await expect(readJson(file, 1)).rejects.toThrow(': expected JSON, got');
});

test('a file that is not there is named', async () => {
  await expect(readJson(path.join(folder, 'none.json'))).rejects.toThrow(
    /none\.json: expected a file to read, got ENOENT/,
  );
});

test('UTF-16, as PowerShell writes it, is named', async () => {
  const file = path.join(folder, 'utf16.json');
  for (const mark of ['\ufeff', '']) {
    writeFileSync(file, Buffer.from(`${mark}{"a": 1}`, 'utf16le'));
    await expect(readJson(file)).rejects.toThrow('utf16.json: expected JSON, got UTF-16 in place of UTF-8');
  }
});

test.each([undefined, 1])('text that is no UTF-8 is refused, with a limit of %s bytes', async (longest) => {
  const file = write('');
  writeFileSync(file, Buffer.from('{"name": "caf\xe9"}', 'latin1'));
  await expect(readJson(file, longest)).rejects.toThrow(/a\.json: expected JSON, got /);
});
