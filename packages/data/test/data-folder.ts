import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32 } from '@seg/coco-eval/png';
import { encodePng } from '@seg/image';
import { encode } from 'fast-png';
import { onTestFinished } from 'vitest';

/** Writes files into a folder that is gone after the test. Values that are no text or bytes are written as JSON. */
export function dataFolder(files: Record<string, unknown>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'seg-data-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    const isPlain = typeof content === 'string' || content instanceof Uint8Array;
    writeFileSync(file, isPlain ? content : JSON.stringify(content));
  }
  return folder;
}

/** A PNG photograph, its pixels numbered row by row. */
export function photograph(width: number, height: number): Uint8Array {
  const data = Uint8Array.from({ length: width * height }, (_, i) => i);
  return encodePng({
    data: Uint8Array.from({ length: 3 * data.length }, (_, i) => data[Math.floor(i / 3)]),
    width,
    height,
  });
}

/** The same, with an EXIF chunk that turns it. */
export function turnedPhotograph(width: number, height: number, orientation: number): Uint8Array {
  const png = photograph(width, height);
  // big-endian TIFF, one entry: tag 0x0112, type SHORT, count 1, the value (EXIF 2.32, section 4.6.2)
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
  const chunk = new Uint8Array(12 + tiff.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, tiff.length);
  chunk.set(
    [...'eXIf'].map((letter) => letter.charCodeAt(0)),
    4,
  );
  chunk.set(tiff, 8);
  view.setUint32(8 + tiff.length, crc32(chunk, 4, 8 + tiff.length));
  const afterHeader = 33; // signature and IHDR
  return Uint8Array.from([...png.subarray(0, afterHeader), ...chunk, ...png.subarray(afterHeader)]);
}

/** A PNG of labels, gray of 8 or 16 bits. */
export function labelPng(width: number, labels: readonly number[], depth: 8 | 16 = 8): Uint8Array {
  const data = depth === 8 ? Uint8Array.from(labels) : Uint16Array.from(labels);
  return encode({ data, width, height: labels.length / width, channels: 1, depth });
}

/** A PNG of colors, one [red, green, blue] a pixel. */
export function colorPng(width: number, colors: readonly (readonly number[])[]): Uint8Array {
  return encodePng({ data: Uint8Array.from(colors.flat()), width, height: colors.length / width });
}
