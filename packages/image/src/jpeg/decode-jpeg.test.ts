import { readFileSync } from 'node:fs';

import { FormatError } from '@seg/checkpoint/safetensors';
import { describe, expect, test } from 'vitest';

import { fnv1a } from '../../test/noise.ts';
import { decodeJpeg } from './decode-jpeg.ts';

type Case =
  | { file: string; width: number; height: number; hash: number; start: number[] }
  | { file: string; refused: string };

// Files of cjpeg 2.1.5 and Pillow 12.3.0, pixels of Pillow; see test/fixtures/make-jpegs.py.
const fixture = new URL('../../test/fixtures/jpegs.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { cases: Record<string, Case> };
const LIMITS = { minSide: 1, maxSide: 300, maxPixels: 20_000 };

const bytesOf = (name: string) => new Uint8Array(Buffer.from(cases[name].file, 'base64'));
const decode = (bytes: Uint8Array) => decodeJpeg(bytes, 'x.jpg', LIMITS);

function expectPillow(name: string): void {
  const one = cases[name];
  if (!('hash' in one)) throw new Error(`${name}: Pillow refuses it`);
  const { data, width, height } = decode(bytesOf(name));
  expect([width, height]).toEqual([one.width, one.height]);
  expect([...data.subarray(0, 6)]).toEqual(one.start);
  expect(fnv1a(data)).toBe(one.hash);
}

const read = Object.keys(cases).filter((name) => 'hash' in cases[name]);

test('there are files of every kind', () => expect(read.length).toBeGreaterThan(50));

test.each(read)('%s: every byte is Pillow’s', expectPillow);

describe('what is none of ours', () => {
  test('files whose pixels are not all there are refused', () => {
    expect(() => decode(bytesOf('cut at half'))).toThrow(
      /^decodeImage: x\.jpg: expected a whole JPEG, got one cut short/,
    );
  });

  test('a file that lacks its end alone is read, as by browsers', () => {
    expect(decode(bytesOf('no end'))).toEqual(decode(bytesOf('plain')));
  });

  test('a progressive file that stops between two scans is refused', () => {
    const bytes = bytesOf('sampling 2x2 progressive');
    const lastScan = bytes.lastIndexOf(0xda) - 1;
    expect([...bytes.subarray(lastScan, lastScan + 2)]).toEqual([0xff, 0xda]);
    expect(() => decode(bytes.subarray(0, lastScan))).toThrow('got one cut short');
  });

  test.each([
    [0xc9, 'SOF9 with 8 bits'],
    [0xc3, 'SOF3 with 8 bits'],
    [0xc5, 'SOF5 with 8 bits'],
  ])('coding %i is named', (marker, found) => {
    const bytes = bytesOf('plain');
    bytes[frameOf(bytes) + 1] = marker;
    expect(() => decode(bytes)).toThrow(`a baseline or progressive 8-bit JPEG of Huffman's coding, got ${found}`);
  });

  test('sampling by other than whole factors is named', () => {
    const bytes = bytesOf('sampling 4x1');
    bytes[frameOf(bytes) + 14] = 0x31; // the second component: three samples across where the first has four
    expect(() => decode(bytes)).toThrow('expected sampling by whole factors, got 4x1, 3x1, 1x1');
  });
});

test('thousands of scans of a few bytes are refused before they are decoded', () => {
  const bytes = bytesOf('sampling 1x1 progressive');
  const lastScan = bytes.lastIndexOf(0xda) - 1;
  const wide = bytes.slice();
  wide.set([0x1f, 0xff, 0x1f, 0xff], frameOf(wide) + 5); // 8191 x 8191: 201 million coefficients a scan of all
  const repeated = Buffer.concat([
    wide.subarray(0, -2),
    ...new Array<Uint8Array>(5000).fill(wide.subarray(lastScan, -2)),
    Uint8Array.of(0xff, 0xd9),
  ]);
  const before = performance.now();
  const limits = { minSide: 1, maxSide: 8192, maxPixels: 2 ** 26 };
  expect(() => decodeJpeg(repeated, 'bomb.jpg', limits)).toThrow(
    'decodeImage: bomb.jpg: expected scans of at most 1000 million coefficients',
  );
  expect(performance.now() - before).toBeLessThan(1000); // the first scan alone takes as long
});

test('any byte changed is read or refused, within bounds', { timeout: 60_000 }, () => {
  for (const name of ['plain', 'sampling 2x1 progressive', 'CMYK', 'progressive with restarts', 'RGB']) {
    const whole = bytesOf(name);
    for (let i = 0; i < whole.length; i++) {
      const bytes = whole.slice();
      bytes[i] ^= 0xff;
      try {
        const { data, width, height } = decode(bytes);
        expect(data.length).toBe(width * height * 3);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
        expect((error as Error).message).toMatch(
          /^decodeImage: x\.jpg: expected [^\n]+, got [^\n]+$|^decodeImage: expected x/,
        );
      }
    }
  }
});

/** Offset of the frame's marker. */
function frameOf(bytes: Uint8Array): number {
  return bytes.findIndex((byte, i) => byte === 0xff && (bytes[i + 1] === 0xc0 || bytes[i + 1] === 0xc2));
}
