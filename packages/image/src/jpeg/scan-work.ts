import { FormatError } from '@seg/checkpoint/safetensors';

import type { Component, Frame, Scan } from './frame.ts';

/**
 * Coefficients that the scans of a file may visit, all together: 50 megapixels in the ten scans of `cjpeg -progressive`
 * are 410 million, and a billion take seconds. A scan of 23 bytes visits the whole picture, so that the size of the file
 * bounds nothing.
 */
const MOST_WORK = 1_000_000_000;

/** Blocks that a byte can code at most: each has a bit of its first coefficient at least. */
const MOST_BLOCKS_OF_A_BYTE = 8;

/** Start of a scan (ITU-T T.81, table B.1). */
const SOS = 0xda;

/**
 * Compares the size of a picture with that of its file, before room is made for it.
 *
 * @throws FormatError where the file cannot hold so many blocks
 */
export function requirePlausibleSize(bytes: Uint8Array, { components, unitsDown }: Frame, name: string): void {
  const blocks = components.reduce((sum, { stride, down }) => sum + stride * down * unitsDown, 0);
  if (blocks <= MOST_BLOCKS_OF_A_BYTE * bytes.length) return;
  const least = Math.ceil(blocks / MOST_BLOCKS_OF_A_BYTE);
  throw new FormatError(`decodeImage: ${name}: expected at least ${least} bytes for its size, got ${bytes.length}`);
}

/**
 * Counts what all scans of a file visit, before any is decoded.
 *
 * @param from Offset of the first scan's header or before it
 * @throws FormatError where it is too much
 */
export function requireBoundedWork(bytes: Uint8Array, frame: Frame, from: number, name: string): void {
  let [work, scans] = [0, 0];
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] !== SOS) continue;
    const ids = Array.from({ length: Math.min(4, bytes[at + 4] ?? 0) }, (_, i) => bytes[at + 5 + 2 * i]);
    work += ids.reduce((sum, id) => sum + coefficientsOf(frame, id), 0);
    scans++;
  }
  if (work <= MOST_WORK) return;
  const [most, found] = [MOST_WORK / 1e6, `${(work / 1e6).toFixed(0)} million in ${scans} scans`];
  throw new FormatError(`decodeImage: ${name}: expected scans of at most ${most} million coefficients, got ${found}`);
}

function coefficientsOf({ components, unitsDown }: Frame, id: number): number {
  const component = components.find((one) => one.id === id);
  return component === undefined ? 0 : 64 * component.stride * component.down * unitsDown;
}

/** Bits of a coefficient that no scan has coded yet: more than there are. */
const UNSEEN = 16;

/** Bits of all coefficients that scans have not coded so far. */
export class MissingBits {
  private readonly missing: Map<Component, Uint8Array>;

  constructor({ components }: Frame) {
    this.missing = new Map(components.map((component) => [component, new Uint8Array(64).fill(UNSEEN)]));
  }

  take({ components, first, last, low }: Scan): void {
    for (const { component } of components) this.missing.get(component)!.fill(low, first, last + 1);
  }

  /** Tells if every bit of every coefficient was in a scan. */
  areNone(): boolean {
    return [...this.missing.values()].every((bits) => bits.every((low) => low === 0));
  }
}
