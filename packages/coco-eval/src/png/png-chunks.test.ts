import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decodePng as decodeWith } from './decode-png.ts';
import { decodePng } from './index.ts';
import { inflate } from './inflate-node.ts';
import { inflate as inflateOnPage } from './inflate-web.ts';
import { readPngChunks } from './png-chunks.ts';

const SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);

function chunk(type: string, body: Uint8Array = new Uint8Array(0)): Buffer {
  const tagged = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const out = Buffer.alloc(tagged.length + 8);
  out.writeUInt32BE(body.length);
  out.set(tagged, 4);
  out.writeUInt32BE(crc32(tagged), tagged.length + 4);
  return out;
}

function header(width: number, height: number, rest = [8, 0, 0, 0, 0]): Buffer {
  const body = Buffer.alloc(13);
  body.writeUInt32BE(width);
  body.writeUInt32BE(height, 4);
  body.set(rest, 8);
  return chunk('IHDR', body);
}

const file = (...chunks: Buffer[]) => new Uint8Array(Buffer.concat([SIGNATURE, ...chunks]));
const rows = (bytes: number) => deflateSync(new Uint8Array(bytes));
const idat = (bytes: number) => chunk('IDAT', rows(bytes));
const end = chunk('IEND');

/** Error that both platforms throw. */
async function refusal(bytes: Uint8Array): Promise<string> {
  const message = await decodePng(bytes).then(
    () => 'accepted',
    (error: Error) => error.message,
  );
  expect(() => decodeWith(bytes, inflate)).toThrow(message);
  return message;
}

test.each([
  ['no header', [idat(2), end], 'expected IHDR first and once, got IDAT'],
  ['two headers', [header(1, 1), header(1, 1), idat(2), end], 'expected IHDR first and once, got IHDR'],
  ['a short header', [chunk('IHDR', Buffer.alloc(12)), end], 'expected 13 bytes of IHDR, got 12'],
  ['no pixels', [header(1, 1), end], 'expected 2 bytes of pixels, got 0 bytes of IDAT'],
  ['no end', [header(1, 1)], 'expected chunks up to IEND, got the end of the file'],
  [
    'an unknown critical chunk',
    [header(1, 1), chunk('ABCD'), idat(2), end],
    'expected critical chunks of PNG, got ABCD',
  ],
  ['a name of control characters', [header(1, 1), chunk('\x1b[2J'), idat(2), end], 'got a chunk named "\\u001b[2J"'],
  [
    'a color type of none',
    [header(1, 1, [8, 1, 0, 0, 0]), end],
    'expected a color type and depth of PNG, got 1 of 8 bits',
  ],
  ['a depth of none', [header(1, 1, [3, 0, 0, 0, 0]), end], 'got 0 of 3 bits'],
  ['RGB of 4 bits', [header(1, 1, [4, 2, 0, 0, 0]), end], 'got 2 of 4 bits'],
  ['a palette of 16 bits', [header(1, 1, [16, 3, 0, 0, 0]), end], 'got 3 of 16 bits'],
  ['another compression', [header(1, 1, [8, 0, 1, 0, 0]), end], 'expected methods 0, 0 and 0 or 1, got 1, 0, 0'],
  ['another interlace', [header(1, 1, [8, 0, 0, 0, 2]), end], 'got 0, 0, 2'],
  ['no width', [header(0, 1), end], 'got 0 x 1'],
  ['too many pixels', [header(2 ** 16, 2 ** 16), end], 'got 65536 x 65536'],
  [
    'a palette of two bytes',
    [header(1, 1), chunk('PLTE', Buffer.alloc(2)), idat(2), end],
    'bytes of PLTE by threes, got 2',
  ],
  [
    'more colors than indices',
    [header(1, 1, [1, 3, 0, 0, 0]), chunk('PLTE', Buffer.alloc(9)), idat(2), end],
    'expected 3 to 6 bytes of PLTE by threes, got 9',
  ],
  [
    'more transparency than palette',
    [header(1, 1, [8, 3, 0, 0, 0]), chunk('PLTE', Buffer.alloc(3)), chunk('tRNS', Buffer.alloc(2)), idat(2), end],
    'expected at most 1 bytes of tRNS, got 2',
  ],
  ['transparency beside alpha', [header(1, 1, [8, 6, 0, 0, 0]), chunk('tRNS', Buffer.alloc(8)), end], 'without alpha'],
  ['a palette after pixels', [header(1, 1), idat(2), chunk('PLTE', Buffer.alloc(3)), end], 'got PLTE after it'],
  ['pixels in two places', [header(1, 1), idat(2), chunk('tEXt'), idat(2), end], 'got IDAT after it'],
  [
    'an unknown filter',
    [header(1, 1), chunk('IDAT', deflateSync(Uint8Array.of(9, 0))), end],
    'a filter of 0 to 4, got 9',
  ],
])('refused: %s', async (_, chunks, message) => {
  expect(await refusal(file(...chunks))).toContain(message);
});

test('chunks that may be there are passed over, whatever they hold', async () => {
  const chunks = [
    header(1, 1),
    chunk('abCd', Buffer.alloc(9)),
    chunk('PLTE', Buffer.alloc(3)),
    idat(2),
    chunk('tEXt'),
    end,
  ];
  expect((await decodePng(file(...chunks, Buffer.from('more')))).samples).toEqual(Uint8Array.of(0));
});

test('a limit of pixels or bytes refuses before anything is inflated', () => {
  const good = file(header(10, 10, [16, 2, 0, 0, 0]), end);
  expect(() => readPngChunks(good, { maxPixels: 99 })).toThrow('expected 1 to 99 pixels');
  expect(() => readPngChunks(good, { maxBytes: 599 })).toThrow('at most 599 bytes, got 10 x 10');
});

describe.each([
  ['Node', inflate],
  ['a page', inflateOnPage],
])('inflating in %s', (_, inflateHere) => {
  const run = async (data: Uint8Array, length: number) => inflateHere(data, length);

  test('gives the bytes', async () => {
    expect([...(await run(rows(70_000), 70_000))]).toEqual(Array<number>(70_000).fill(0));
  });

  test('stops at more than was said, at once', async () => {
    const bomb = rows(200_000_000);
    const start = performance.now();
    await expect(run(bomb, 1000)).rejects.toThrow();
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test('refuses what is cut, damaged, or followed by more', async () => {
    const good = rows(1000);
    const flipped = Uint8Array.from(good);
    flipped[flipped.length - 1] ^= 1; // of the checksum
    await expect(run(good.subarray(0, good.length - 5), 1000)).rejects.toThrow();
    await expect(run(flipped, 1000)).rejects.toThrow();
    await expect(run(Buffer.concat([good, Buffer.from('more')]), 1000)).rejects.toThrow();
  });
});

test('a bomb is refused as such, and what cannot become so much before room is made', async () => {
  const bomb = file(header(1000, 1000), chunk('IDAT', rows(50_000_000)), end);
  await expect(decodePng(bomb)).rejects.toThrow('decodePng: expected pixels that inflate, got ');
  expect(await refusal(file(header(20_000, 20_000), idat(2), end))).toContain(
    'expected 400020000 bytes of pixels, got',
  );
  expect(await refusal(file(header(2, 1), idat(2), end))).toContain('expected 3 bytes of pixels, got 2');
});

test.each([0, 3, 11])('a file that lacks its end alone, with %i bytes of it, is read', async (kept) => {
  const whole = file(header(2, 3), chunk('IDAT', deflateSync(Uint8Array.of(0, 1, 2, 0, 3, 4, 0, 5, 6))), end);
  const cut = whole.subarray(0, whole.length - end.length + kept);
  expect((await decodePng(cut)).samples).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
  const halves = [2, 20].map((at) => chunk('IDAT', deflateSync(new Uint8Array(40)).subarray(0, at)));
  await expect(decodePng(file(header(3, 10), halves[0]))).rejects.toThrow(/expected .*, got /); // pixels are not all there
});
