import { readFileSync } from 'node:fs';

import { FormatError } from '@seg/checkpoint/safetensors';
import { describe, expect, test } from 'vitest';

import { decodeImage } from './decode-image.ts';
import { encodePng } from './png/encode-png.ts';

type Case = { file: string; width: number; height: number; rgb: string };

// Files and pixels from Pillow; see test/fixtures/make-images.py.
const fixture = new URL('../test/fixtures/images.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { cases: Record<string, Case> };
const bytesOf = (name: string) => new Uint8Array(Buffer.from(cases[name].file, 'base64'));
const pixelsOf = (name: string) => new Uint8Array(Buffer.from(cases[name].rgb, 'base64'));
const named = (pattern: RegExp) => Object.keys(cases).filter((name) => pattern.test(name));

describe('PNG', () => {
  test.each(named(/^(rgb|grey|bits|palette|one|turned).*png$/))('%s has the pixels that Pillow reads', async (name) => {
    const image = await decodeImage(bytesOf(name), name);
    expect([image.width, image.height]).toEqual([cases[name].width, cases[name].height]);
    expect(Buffer.from(image.data).equals(pixelsOf(name))).toBe(true);
  });

  test('what is encoded is decoded', async () => {
    const image = await decodeImage(bytesOf('rgb.png'), 'rgb.png');
    expect(await decodeImage(encodePng(image), 'again.png')).toEqual(image);
  });
});

describe('JPEG', () => {
  test.each(named(/jpg$/))('%s has the pixels that Pillow reads', async (name) => {
    const image = await decodeImage(bytesOf(name), name);
    expect([image.width, image.height]).toEqual([cases[name].width, cases[name].height]);
    expect(Buffer.from(image.data).equals(pixelsOf(name))).toBe(true);
  });
});

describe('formats of sharp', () => {
  test.each(['lossy.webp', 'lossless.webp', 'packed.tiff', 'grey.tiff', 'picture.gif'])(
    '%s has the pixels that Pillow reads',
    async (name) => {
      const image = await decodeImage(bytesOf(name), name);
      expect([image.width, image.height]).toEqual([cases[name].width, cases[name].height]);
      expect(Buffer.from(image.data).equals(pixelsOf(name))).toBe(true);
    },
  );
});

describe('bad files are refused in one line that names the file', () => {
  const text = new TextEncoder().encode('Not a photograph, whatever its name says.\n');
  test.each([
    ['empty.png', new Uint8Array(0), 'a JPEG or PNG image, got an empty file'],
    ['text.jpg', text, 'a JPEG or PNG image, got text'],
    ['picture.bmp', bytesOf('picture.bmp'), 'a JPEG or PNG image, got a BMP'],
    ['cut.webp', bytesOf('lossy.webp').subarray(0, 100), 'a WebP that is sound, got one that is not ('],
    ['zeros.png', new Uint8Array(300), 'a JPEG or PNG image, got bytes of an unknown kind'],
    ['too-wide.png', bytesOf('too-wide.png'), 'sides of at most 16384 pixels, got 20000x2 pixels'],
  ])('%s', (name, bytes, message) => expectRefused(bytes, name, message));

  test('the number of pixels is bounded, and read from the header alone', async () => {
    const bytes = bytesOf('rgb.jpg');
    const frame = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc0);
    bytes.set([0x3f, 0xff, 0x3f, 0xff], frame + 5);
    await expectRefused(bytes, 'huge.jpg', 'at most 50 megapixels, got 16383x16383 pixels');
  });

  test.each(['rgb.png', 'palette-4-bits.png', 'rgb.jpg', 'progressive.jpg'])('%s cut short anywhere', async (name) => {
    const bytes = bytesOf(name);
    // of JPEG bits that fill the last byte, and the end marker; of PNG the end chunk
    const bytesAfterPixels = name === 'rgb.jpg' ? 3 : name.endsWith('png') ? 12 : 0;
    for (let length = 0; length < bytes.length - 1 - bytesAfterPixels; length += 3) {
      await expectRefused(bytes.subarray(0, length), name, name);
    }
  });

  test.each(['rgb.png', 'rgb.jpg', 'progressive.jpg', 'cmyk.jpg'])(
    '%s with any byte wrong is refused or read',
    async (name) => {
      for (let i = 0; i < bytesOf(name).length; i++) {
        const bytes = bytesOf(name);
        bytes[i] ^= 0xff;
        try {
          const { data, width, height } = await decodeImage(bytes, name, {
            minSide: 2,
            maxSide: 300,
            maxPixels: 20_000,
          });
          expect(data.length).toBe(width * height * 3);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }
    },
  );

  async function expectRefused(bytes: Uint8Array, name: string, message: string): Promise<void> {
    let refusal: unknown;
    try {
      await decodeImage(bytes, name);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(FormatError);
    expect((refusal as Error).message).toContain(message);
    expect((refusal as Error).message).toContain(name);
    expect((refusal as Error).message).not.toContain('\n');
  }
});
