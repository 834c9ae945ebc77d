import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decodePng } from '../src/png/decode-png.ts';
import { decodePng as decodeOnPlatform } from '../src/png/index.ts';
import { readLabelPng, readPanopticPng } from '../src/png/segmentation-png.ts';

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

test.each([
  [null, 'Null'],
  [undefined, 'undefined'],
  ['PNG', 'string'],
  [SIGNATURE, 'Array'],
  [Uint8Array.from(SIGNATURE).buffer, 'ArrayBuffer'],
  [new DataView(Uint8Array.from(SIGNATURE).buffer), 'DataView'],
])('%o is no PNG, and said to be no bytes', async (file, found) => {
  const message = `decodePng: expected bytes (Uint8Array), got ${found}`;
  const inflate = (data: Uint8Array) => inflateSync(data);
  for (const read of [decodePng, readLabelPng, readPanopticPng])
    expect(() => read(file as never, inflate)).toThrow(message);
  await expect(decodeOnPlatform(file as never)).rejects.toThrow(message);
});

test.each([{ maxPixels: NaN }, { maxPixels: 0 }, { maxBytes: '9' }, { maxBytes: null }])(
  'limits of %j are refused',
  (limits) => {
    const file = Uint8Array.from(SIGNATURE);
    expect(() => decodePng(file, (data) => data, limits as never)).toThrow(
      /^decodePng: expected max(Pixels|Bytes) of 1 or more/,
    );
  },
);
