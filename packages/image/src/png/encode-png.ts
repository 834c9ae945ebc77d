import { crc32 } from '@seg/coco-eval/png';
import { deflate } from '#platform';

import { expectImage } from '../expect-image.ts';
import type { RgbImage } from '../rgb-image.ts';

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

/** Bytes of a chunk besides its body: length, name and checksum, four each. */
const CHUNK_FRAME = 12;

/** Each row as its differences from the row above (PNG, §9.2): maps of ids become zeros. */
const FILTER_UP = 2;

/**
 * PNG bytes of an 8-bit RGB image.
 *
 * @throws RangeError where it is no image
 */
export function encodePng(image: RgbImage): Uint8Array {
  expectImage('encodePng', image);
  const chunks = [
    chunk('IHDR', header(image)),
    chunk('IDAT', deflate(filtered(image))),
    chunk('IEND', new Uint8Array(0)),
  ];
  return joined([Uint8Array.from(SIGNATURE), ...chunks]);
}

/** 8 bits of RGB, deflated, not interlaced. */
function header({ width, height }: RgbImage): Uint8Array {
  const body = new Uint8Array(13);
  const view = new DataView(body.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  body.set([8, 2, 0, 0, 0], 8);
  return body;
}

/** [H, 1 + 3 · W] */
function filtered({ data, width, height }: RgbImage): Uint8Array {
  const rowBytes = 3 * width;
  const rows = new Uint8Array(height * (1 + rowBytes));
  for (let y = 0, to = 0, from = 0; y < height; y++) {
    rows[to++] = FILTER_UP;
    for (let k = 0; k < rowBytes; k++, from++) rows[to++] = data[from] - (y === 0 ? 0 : data[from - rowBytes]);
  }
  return rows;
}

function chunk(type: string, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + CHUNK_FRAME);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length);
  for (let k = 0; k < 4; k++) bytes[4 + k] = type.charCodeAt(k);
  bytes.set(body, 8);
  view.setUint32(body.length + 8, crc32(bytes, 4, body.length + 8));
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
