import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { frameFolder, naturalOrder } from '../src/frames/frame-folder.ts';
import { imageFrames } from '../src/frames/image-frames.ts';
import { rawFrames } from '../src/frames/raw-frames.ts';
import type { TimedImage } from '../src/frames/timed-image.ts';
import { encodePng } from '../src/png/encode-png.ts';
import type { RgbImage } from '../src/rgb-image.ts';

/** A picture that no other number has. */
function picture(seed: number, width = 9, height = 5): RgbImage {
  return {
    data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37 + seed * 101) % 256),
    width,
    height,
  };
}

const three = [1, 2, 3].map((seed) => picture(seed));

/** Bytes in pieces of some length, as pipes cut them anywhere; tells whether it was let go of. */
function pieces(bytes: Uint8Array, length: number) {
  const state = { isReleased: false };
  async function* source() {
    try {
      for (let at = 0; at < bytes.length; at += length) yield bytes.slice(at, at + length);
    } finally {
      state.isReleased = true;
    }
  }
  return Object.assign(source(), { state });
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

async function all(frames: AsyncIterable<TimedImage>): Promise<TimedImage[]> {
  const found: TimedImage[] = [];
  for await (const frame of frames) found.push(frame);
  return found;
}

const imagesOf = async (frames: AsyncIterable<TimedImage>) => (await all(frames)).map(({ image }) => image);
const ppm = ({ data, width, height }: RgbImage) => joined([Buffer.from(`P6\n# made here\n${width} ${height}\n255\n`), data as Uint8Array]); // biome-ignore format: one line

describe('raw frames', () => {
  const bytes = joined(three.map(({ data }) => data as Uint8Array));

  test.each([1, 7, 135, 136, 1000])('in pieces of %i bytes', async (length) => {
    expect(await imagesOf(rawFrames(pieces(bytes, length), { width: 9, height: 5 }))).toEqual(three);
  });

  test.each([
    ['rgb24', [1, 2, 3]],
    ['bgr24', [3, 2, 1]],
    ['rgba', [1, 2, 3, 9]],
    ['bgra', [3, 2, 1, 9]],
  ] as const)('of %s', async (pixelFormat, pixel) => {
    const frames = rawFrames(pieces(Uint8Array.from(pixel), 2), { width: 1, height: 1, pixelFormat });
    expect(await imagesOf(frames)).toEqual([{ data: Uint8Array.of(1, 2, 3), width: 1, height: 1 }]);
  });

  test('of gray, with times', async () => {
    const frames = rawFrames(pieces(Uint8Array.of(5, 6), 1), { width: 1, height: 1, pixelFormat: 'gray', fps: 4 });
    expect(await all(frames)).toEqual([
      { image: { data: Uint8Array.of(5, 5, 5), width: 1, height: 1 }, time: 0 },
      { image: { data: Uint8Array.of(6, 6, 6), width: 1, height: 1 }, time: 0.25 },
    ]);
  });

  test('a cut frame, no bytes, and a size that is none are refused', async () => {
    const read = (length: number, options = {}) =>
      all(rawFrames(pieces(bytes.slice(0, length), 50), { width: 9, height: 5, ...options }));
    await expect(read(200)).rejects.toThrow(
      'rawFrames: expected frame 1 whole (135 bytes of 9x5 rgb24), got 65: cut, or of another size',
    );
    await expect(read(0)).rejects.toThrow('expected a frame (135 bytes of 9x5 rgb24), got no bytes');
    await expect(read(135, { width: 1.5 })).rejects.toThrow('expected width and height in pixels, got 1.5 and 5');
    await expect(read(135, { width: 20_000 })).rejects.toThrow('at most 16384 pixels');
    await expect(read(135, { pixelFormat: 'yuv420p' })).rejects.toThrow(
      'expected pixels rgb24, bgr24, rgba, bgra, gray',
    );
    await expect(read(135, { fps: 0 })).rejects.toThrow('expected a number above 0 as fps, got 0');
  });

  test('the source is let go of where the reader leaves', async () => {
    const source = pieces(bytes, 50);
    for await (const _ of rawFrames(source, { width: 9, height: 5 })) break;
    expect(source.state.isReleased).toBe(true);
  });
});

describe('images one behind the other', () => {
  const jpeg = async ({ data, width, height }: RgbImage, options = {}) =>
    new Uint8Array(
      await sharp(data, { raw: { width, height, channels: 3 } })
        .jpeg({ quality: 90, ...options })
        .toBuffer(),
    );

  test.each([1, 50, 100_000])('PPM and PNG, in pieces of %i bytes', async (length) => {
    const bytes = joined([ppm(three[0]), encodePng(three[1]), ppm(three[2])]);
    expect(await imagesOf(imageFrames(pieces(bytes, length)))).toEqual(three);
  });

  test('a PPM whose pixels look like the header of the next', async () => {
    const trap = { data: new Uint8Array(Buffer.from('P6\n9 5\n25')), width: 3, height: 1 };
    expect(await imagesOf(imageFrames(pieces(joined([ppm(trap), ppm(three[1])]), 4)))).toEqual([trap, three[1]]);
  });

  test('JPEG, baseline and progressive, with markers within the data of segments', async () => {
    const large = picture(4, 64, 48);
    const comment = Uint8Array.of(0xff, 0xfe, 0, 6, 0xff, 0xd9, 0xff, 0xd8); // COM that holds EOI and SOI
    const first = await jpeg(large);
    const parts = [joined([first.slice(0, 2), comment, first.slice(2)]), await jpeg(large, { progressive: true })];
    for (const length of [3, 1000, 1e6]) {
      const found = await imagesOf(imageFrames(pieces(joined([...parts, parts[0]]), length)));
      expect(found.map(({ width }) => width)).toEqual([64, 64, 64]);
      expect(found[2]).toEqual(found[0]);
    }
  });

  test('frames longer than the first look', async () => {
    const noise = {
      data: Uint8Array.from({ length: 300 * 200 * 3 }, (_, i) => (i * i * 7919) >> 3),
      width: 300,
      height: 200,
    };
    const bytes = joined([encodePng(noise), ppm(noise), encodePng(noise)]);
    expect(await imagesOf(imageFrames(pieces(bytes, 65_536)))).toEqual([noise, noise, noise]);
  });

  test.each([
    [joined([ppm(three[0]), ppm(three[1]).slice(0, 40)]), 'expected frame 1 (ppm) whole, got 40 bytes of it'],
    [joined([encodePng(three[0]).slice(0, -3)]), 'expected frame 0 (png) whole, got'],
    [Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 1), 'expected frame 0 (jpeg) whole, got 8 bytes of it'],
    [new Uint8Array(), 'expected PPM, PNG or JPEG images, got no bytes'],
    [
      joined([ppm(three[0]), Uint8Array.of(1, 2, 3, 4)]),
      'expected frame 1 to be a PPM, PNG or JPEG image, got bytes 01 02',
    ],
    [new Uint8Array(Buffer.from('P6 1 1 65535 abcdef')), 'expected frame 0 of values up to 255, got 65535'],
    [
      new Uint8Array(Buffer.from(`P6 nothing${' '.repeat(2000)}`)),
      'expected frame 0 to have the header of a PPM, got none',
    ],
  ])('faults are named (%#)', async (bytes, message) => {
    await expect(all(imageFrames(pieces(bytes, 30)))).rejects.toThrow(`imageFrames: ${message}`);
  });
});

describe('a folder of frames', () => {
  test('is read in the order that people count in', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'seg-frames-'));
    try {
      for (const [i, name] of ['f10.png', 'f2.png', 'f1.png', '.hidden.png', 'notes.txt'].entries()) {
        await writeFile(path.join(folder, name), encodePng(picture(i)));
      }
      expect(await imagesOf(frameFolder(folder))).toEqual([picture(2), picture(1), picture(0)]);
      await expect(all(frameFolder(path.join(folder, 'none')))).rejects.toThrow('frameFolder: expected a folder');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('names that differ by leading zeros alone keep one order', () => {
    expect(naturalOrder(['a1', 'a01', 'a2'])).toEqual(naturalOrder(['a01', 'a2', 'a1']));
  });
});
