import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { maskedCrc32c } from '@seg/checkpoint/safetensors';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { eventFile } from './event-file.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'seg-events-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Payloads of a file of records, their checksums compared. */
function records(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(bytes.readUInt32LE(at + 8)).toBe(maskedCrc32c(bytes.subarray(at, at + 8)));
    expect(bytes.readUInt32LE(at + 12 + length)).toBe(maskedCrc32c(data));
    found.push(data);
    at += 16 + length;
  }
  return found;
}

test('numbers are records of events in the public format', async () => {
  const board = await eventFile(folder, 1000.5);
  await board.add(300, { loss: 1.5, none: Number.NaN }, 1001);
  await board.add(301, { none: Number.POSITIVE_INFINITY });
  expect(path.basename(board.file)).toBe('events.out.tfevents.1000.seg');
  const [version, numbers, ...more] = records(readFileSync(board.file));
  expect(more).toEqual([]);
  // written by hand from tensorflow/core/util/event.proto: field 1 double, 2 varint, 3 text, 5 summary of (1 text, 2 float)
  const time = (seconds: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(seconds);
    return [0x09, ...bytes];
  };
  expect([...version]).toEqual([...time(1000.5), 0x10, 0, 0x1a, 13, ...Buffer.from('brain.Event:2')]);
  const value = [0x0a, 4, ...Buffer.from('loss'), 0x15, 0, 0, 0xc0, 0x3f];
  expect([...numbers]).toEqual([...time(1001), 0x10, 0xac, 0x02, 0x2a, value.length + 2, 0x0a, value.length, ...value]);
});
