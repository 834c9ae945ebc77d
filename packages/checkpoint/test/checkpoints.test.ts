import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

import { type ByteSource, bytesOf } from '../src/byte-source.ts';
import { openCheckpoint } from '../src/open-checkpoint.ts';
import type { ParamSource } from '../src/param-source.ts';
import { openTensorBundle, shardName } from '../src/tensorflow/open-tensor-bundle.ts';

/** Written by make.py beside the files: what PyTorch, numpy and TensorFlow say is in them. */
type Expected = { files: string[]; shapes: Record<string, number[]>; values: Record<string, number[]> };

const FOLDER = path.join(import.meta.dirname, 'fixtures/checkpoints');
const expected = JSON.parse(readFileSync(path.join(FOLDER, 'expected.json'), 'utf8')) as Expected[];
const groups = expected.flatMap(({ files, ...rest }) => files.map((file) => [file, rest] as const));
const inFile = groups.filter(([file]) => !file.startsWith('tensorflow'));
const inBundle = groups.filter(([file]) => file.startsWith('tensorflow'));

/** A file that counts the bytes that are read of it. */
function fixture(name: string): ByteSource & { taken: number } {
  const { read, ...rest } = bytesOf(name, readFileSync(path.join(FOLDER, name)));
  const source = {
    ...rest,
    taken: 0,
    read: (offset: number, length: number) => {
      if (offset + length > source.size) throw new RangeError(`${name}: ${offset} + ${length} beyond ${source.size}`);
      source.taken += length;
      return read(offset, length);
    },
  };
  return source;
}

function expectContent(source: ParamSource, { shapes, values }: Omit<Expected, 'files'>): void {
  expect([...source.keys()].sort()).toEqual(Object.keys(shapes).sort());
  for (const key of source.keys()) {
    const value = source.read(key)!;
    expect(value.shape, key).toEqual(shapes[key]);
    expect(source.shape!(key), key).toEqual(shapes[key]);
    expect([...value.values], key).toEqual(values[key]);
  }
  expect(source.read('absent')).toBeNull();
}

const openBundle = (prefix: string) =>
  openTensorBundle(fixture(`${prefix}.index`), async (shard, shards) => fixture(shardName(prefix, shard, shards)));

test.each(inFile)('%s holds what its writer says', (file, content) => {
  expectContent(openCheckpoint(fixture(file)), content);
});

test.each(inBundle)('%s holds what TensorFlow says', async (prefix, content) => {
  expectContent(await openBundle(prefix), content);
});

test('a storage is read when a tensor of it is, and only the part that the tensor needs', () => {
  const source = fixture('torch-zip.pth');
  const checkpoint = openCheckpoint(source);
  const before = source.taken;
  checkpoint.read('view'); // 6 of the 24 float32 of its storage, behind a local header of 30 bytes
  expect(source.taken - before).toBe(30 + 6 * 4);
});

test('large arrays of a pickle are passed over when it is opened', () => {
  const source = fixture('numpy-protocol-4.pkl');
  const checkpoint = openCheckpoint(source);
  expect(source.taken).toBeLessThan(2 * 17494); // two windows: one for the head, one for the pickle
  expect(checkpoint.shape!('large')).toEqual([4200]);
  const before = source.taken;
  checkpoint.read('large');
  expect(source.taken - before).toBe(4200 * 4);
});

test('a whole module, pickled with its class, is refused by the names of its classes', () => {
  expect(() => openCheckpoint(fixture('torch-module.pth'))).toThrow(
    /torch-module\.pth: expected tensors and plain containers only, got torch\.nn\.modules\.linear\.Linear at \d+$/,
  );
});

test('partitioned tensors of TensorFlow are refused by name', async () => {
  await expect(openBundle('tensorflow-partitioned')).rejects.toThrow(
    'w: expected a whole tensor, got a partitioned one',
  );
});
