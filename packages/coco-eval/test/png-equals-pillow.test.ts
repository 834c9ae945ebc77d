import { expect, test } from 'vitest';
import { decodePng as decodeWith } from '../src/png/decode-png.ts';
import { decodePng, labelsOf, type PngImage } from '../src/png/index.ts';
import { inflate } from '../src/png/inflate-node.ts';
import { inflate as inflateOnPage } from '../src/png/inflate-web.ts';
import { readPanopticPng } from '../src/png/segmentation-png.ts';
import { goldenJson } from './goldens.ts';

type Case = { name: string; mode: string; shape: number[]; bytes: 1 | 2; file: string; pillow: string };

// Expected: np.asarray(Image.open(file)) of Pillow 12.3.0 and numpy 2.4.6; made by test/scripts/make_png_golden.py.
const { cases } = goldenJson<{ cases: Case[] }>('png-pillow.json.gz');

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
const named = cases.map((one) => [one.name, one] as const);

function expected({ pillow, bytes }: Case): number[] {
  const raw = bytesOf(pillow);
  return [...(bytes === 2 ? new Uint16Array(raw.buffer) : raw)];
}

/** Pillow keeps the high byte of colors of 16 bits, and repeats gray that has an alpha of 16 bits. */
function asPillow(image: PngImage): number[] {
  if (image.channels === 1) return [...labelsOf(image).labels];
  const bytes = Array.from(image.samples, (sample) => (image.depth === 16 ? sample >> 8 : sample));
  if (image.channels !== 2 || image.depth !== 16) return bytes;
  return bytes.flatMap((byte, k) => (k % 2 === 0 ? [byte, byte, byte] : [byte]));
}

test.each(named)('%s is what Pillow reads', async (_, one) => {
  const image = await decodePng(bytesOf(one.file));
  expect([image.height, image.width]).toEqual(one.shape.slice(0, 2));
  expect(asPillow(image)).toEqual(expected(one));
  expect(decodeWith(bytesOf(one.file), inflate)).toEqual(image);
});

test('on a page the same bytes inflate', async () => {
  for (const one of cases) {
    const file = bytesOf(one.file);
    let kept: [Uint8Array, Uint8Array] | undefined;
    decodeWith(file, (data, length) => (kept = [data, inflate(data, length)])[1]);
    expect([...(await inflateOnPage(kept![0], kept![1].length))]).toEqual([...kept![1]]);
  }
});

test('panoptic ids are those of Pillow, interlaced or not', () => {
  const colored = cases.filter(
    ({ mode, bytes, name }) => mode.startsWith('RGB') && bytes === 1 && !name.includes('16 bits'),
  );
  expect(colored.some(({ name }) => name.includes('interlaced'))).toBe(true);
  for (const one of colored) {
    const [values, channels] = [expected(one), one.shape[2]];
    const ids = values
      .filter((_, k) => k % channels === 0)
      .map((red, p) => {
        return red + 256 * values[p * channels + 1] + 65536 * values[p * channels + 2];
      });
    expect([...readPanopticPng(bytesOf(one.file), inflate).toIds()]).toEqual(ids);
  }
});

test('palette, transparency and orientation come with the samples', async () => {
  const one = (name: string) => decodePng(bytesOf(cases.find((each) => each.name === name)!.file));
  const palette = await one('Pillow P of 4 colors, one transparent');
  expect(palette).toMatchObject({ colorType: 3, depth: 2, channels: 1 });
  expect(palette.palette).toHaveLength(12);
  expect([...palette.transparency!]).toEqual([255, 0]); // as it was saved: color 1
  const gray = await one('Pillow L, one transparent, turned');
  expect([...gray.transparency!]).toEqual([7]);
  expect(Buffer.from(gray.exif!).includes(Buffer.from([0x01, 0x12]))).toBe(true); // the tag of the orientation
});
