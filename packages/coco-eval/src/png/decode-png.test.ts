import { deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { idToRgb, rgbToId } from '../panoptic/panoptic-ids.ts';
import { decodePng, type Inflate } from './decode-png.ts';
import { readLabelPng, readPanopticPng } from './segmentation-png.ts';

const inflate: Inflate = (data, length) => inflateSync(data, { maxOutputLength: length + 1 });

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let k = 0; k < 8; k++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return ~value >>> 0;
}

function chunk(type: string, body: Uint8Array): Uint8Array {
  const tagged = Uint8Array.from([...Buffer.from(type), ...body]);
  const out = Buffer.alloc(body.length + 12);
  out.writeUInt32BE(body.length, 0);
  out.set(tagged, 4);
  out.writeUInt32BE(crc(tagged), body.length + 8);
  return out;
}

type Fields = { color?: number; depth?: number; interlace?: number };

/** Writes a PNG whose row y is filtered by filters[y]; the filters straight from the specification, byte by byte. */
function writePng(data: Uint8Array, width: number, height: number, filters: number[], fields: Fields = {}): Uint8Array {
  const { color = 2, depth = 8, interlace = 0 } = fields;
  const step = ({ 0: 1, 2: 3, 3: 1, 6: 4 }[color]! * depth) / 8;
  const rowBytes = width * step;
  const at = (y: number, k: number) => (y < 0 || k < 0 ? 0 : data[y * rowBytes + k]);
  const filtered: number[] = [];
  for (let y = 0; y < height; y++) {
    filtered.push(filters[y]);
    for (let k = 0; k < rowBytes; k++) {
      const [a, b, c] = [at(y, k - step), at(y - 1, k), k < step ? 0 : at(y - 1, k - step)];
      const distances = [b - c, a - c, a + b - 2 * c].map(Math.abs);
      const nearest = [a, b, c][distances.indexOf(Math.min(...distances))];
      filtered.push((at(y, k) - [0, a, b, (a + b) >> 1, nearest][filters[y]]) & 255);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, color, 0, 0, interlace], 8);
  const pixels = deflateSync(Uint8Array.from(filtered));
  const half = pixels.length >> 1;
  const parts = [pixels.subarray(0, half), pixels.subarray(half)].map((part) => chunk('IDAT', part));
  const signature = [137, 80, 78, 71, 13, 10, 26, 10];
  return Buffer.concat([Buffer.from(signature), chunk('IHDR', header), ...parts, chunk('IEND', new Uint8Array(0))]);
}

const picture = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 12 }), fc.constantFrom(0, 2, 3, 6))
  .chain(([width, height, color]) => {
    const size = width * height * { 0: 1, 2: 3, 3: 1, 6: 4 }[color]!;
    const filters = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: height, maxLength: height });
    const bytes = fc.uint8Array({ minLength: size, maxLength: size, max: 3 });
    return fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      color: fc.constant(color),
      filters,
      bytes,
    });
  });

test('every filter and color type gives back the pixels', () => {
  fc.assert(
    fc.property(picture, ({ width, height, color, filters, bytes }) => {
      const image = decodePng(writePng(bytes, width, height, filters, { color }), inflate);
      expect(Buffer.compare(image.samples as Uint8Array, bytes)).toBe(0);
    }),
    { seed: 8, numRuns: 300 },
  );
});

test('panoptic ids are those of the colors, whatever the filters and the alpha', () => {
  fc.assert(
    fc.property(picture, fc.boolean(), ({ width, height, filters, bytes, color }, high) => {
      fc.pre(color === 2 || color === 6);
      const channels = color === 2 ? 3 : 4;
      const pixels = high ? bytes.map((byte) => byte * 85) : bytes; // sums that pass 255 in every byte
      const runs = readPanopticPng(writePng(pixels, width, height, filters, { color }), inflate);
      expect([...runs.toIds()]).toEqual([...rgbToId(pixels, channels)]);
    }),
    { seed: 9, numRuns: 600 },
  );
});

test('rows that repeat share their runs, and rows that change in places keep the rest', () => {
  const ids = [7, 300, 70000, 7, 300, 70000, 7, 7, 70000, 1, 2, 3].flatMap((id) => Array<number>(30).fill(id));
  const runs = readPanopticPng(writePng(idToRgb(ids), 90, 4, [2, 2, 2, 2]), inflate);
  expect([...runs.toIds()]).toEqual(ids);
  expect([...runs.rows]).toEqual([0, 0, 3, 5]);
  expect([...runs.ends]).toEqual([30, 60, 90, 60, 90, 30, 60, 90]);
  expect(runs.values).toEqual([7, 300, 70000, 1, 2, 3]);
});

test('labels are gray of 8 or 16 bits, or palette indices', () => {
  expect([...readLabelPng(writePng(Uint8Array.of(1, 2, 255, 0), 2, 2, [0, 1], { color: 0 }), inflate).labels]).toEqual([
    1, 2, 255, 0,
  ]);
  expect([...readLabelPng(writePng(Uint8Array.of(5, 6), 2, 1, [0], { color: 3 }), inflate).labels]).toEqual([5, 6]);
  const wide = writePng(Uint8Array.of(1, 0, 2, 3), 2, 1, [0], { color: 0, depth: 16 });
  expect([...readLabelPng(wide, inflate).labels]).toEqual([256, 515]);
  expect([...decodePng(wide, inflate).samples]).toEqual([256, 515]);
});

test('a palette or gray is no panoptic map, and colors are no labels', () => {
  expect(() => readPanopticPng(writePng(Uint8Array.of(1), 1, 1, [0], { color: 3 }), inflate)).toThrow(
    'readPanopticPng: expected RGB of 8 bits, got 1 channels of 8 bits',
  );
  expect(() => readLabelPng(writePng(Uint8Array.of(1, 2, 3), 1, 1, [0]), inflate)).toThrow(
    'readLabelPng: expected one channel',
  );
});

test('what is damaged or of another kind is named', () => {
  const good = Buffer.from(writePng(Uint8Array.of(1, 2, 3, 4, 5, 6), 2, 1, [0]));
  expect(() => decodePng(Uint8Array.of(255, 216, 255), inflate)).toThrow('decodePng: expected a PNG, got other bytes');
  expect(() => decodePng(good.subarray(0, good.length - 14), inflate)).toThrow('got the end of the file');
  const flipped = Buffer.from(good);
  flipped[18] ^= 1;
  expect(() => decodePng(flipped, inflate)).toThrow('decodePng: expected the checksum of IHDR to hold');
  expect(() => decodePng(writePng(Uint8Array.of(1), 1, 1, [9], { color: 0 }), inflate)).toThrow(
    'expected a filter of 0 to 4',
  );
});
