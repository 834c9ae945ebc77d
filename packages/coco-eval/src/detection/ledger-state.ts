import { expectCounts, expectObject, expectThat } from '../state/expect-value.ts';

/** A ledger as JSON. The lists are little-endian bytes in base64. */
export type LedgerState = {
  seen: boolean;
  positives: number[];
  scores: string;
  images: string;
  ranks: string;
  bits: string;
};

/** Sizes that the lists of a ledger have to fit. */
export type LedgerSize = { areas: number; thresholds: number; images: number };

/**
 * The lists of a ledger, checked: they come from other machines, and may be torn. @throws with the place and what is
 * there
 */
export function readLedger(where: string, stored: unknown, size: LedgerSize) {
  const state = expectObject(where, stored);
  expectThat(typeof state.seen === 'boolean', `${where}.seen`, 'true or false', state.seen);
  const positives = expectCounts(`${where}.positives`, state.positives, size.areas);
  const scores = new Float64Array(fromBase64(`${where}.scores`, state.scores, 8));
  const images = new Int32Array(fromBase64(`${where}.images`, state.images, 4, scores.length));
  const ranks = new Int32Array(fromBase64(`${where}.ranks`, state.ranks, 4, scores.length));
  const words = Math.ceil(size.thresholds / 32);
  const stride = size.areas * 2 * words;
  const bits = new Uint32Array(fromBase64(`${where}.bits`, state.bits, 4 * stride, scores.length));
  const strange = images.findIndex((image) => !(image >= 0 && image < size.images));
  expectThat(strange === -1, `${where}.images`, `numbers below ${size.images}`, images[strange]);
  expectThat(!ranks.some((rank) => rank < 0), `${where}.ranks`, 'numbers of 0 or more', 'others');
  requireVerdicts(where, bits, positives, size);
  return { seen: state.seen, positives, scores, images, ranks, bits };
}

/** No detection is right and wrong at once, and no more are right than there are objects. */
function requireVerdicts(
  where: string,
  bits: Uint32Array,
  positives: number[],
  { areas, thresholds }: LedgerSize,
): void {
  const words = Math.ceil(thresholds / 32);
  const right = new Float64Array(areas * thresholds);
  for (let row = 0; row < bits.length; row += areas * 2 * words) {
    for (let at = 0; at < areas * thresholds; at++) {
      const [a, t] = [Math.floor(at / thresholds), at % thresholds];
      const word = row + a * 2 * words + (t >> 5);
      right[at] += (bits[word] >>> (t & 31)) & 1;
      if ((bits[word] & bits[word + words]) !== 0) right[at] = Infinity;
    }
  }
  const wrong = right.findIndex((count, at) => count > positives[Math.floor(at / thresholds)]);
  expectThat(wrong === -1, `${where}.bits`, 'at most one right detection an object', right[wrong]);
}

/** The bytes of a list in base64. */
export function toBase64(values: Float64Array | Int32Array | Uint32Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let text = '';
  const piece = 3 * 2 ** 12;
  for (let k = 0; k < bytes.length; k += piece) text += btoa(String.fromCharCode(...bytes.subarray(k, k + piece)));
  return text;
}

function fromBase64(where: string, text: unknown, rowBytes: number, rows?: number): ArrayBuffer {
  expectThat(typeof text === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(text), where, 'base64', text);
  expectThat(text.length % 4 === 0, where, 'base64 by fours', text.length);
  const binary = atob(text);
  const expected = rows === undefined ? `rows of ${rowBytes} bytes` : `${rows} rows in every list`;
  const holds = rows === undefined ? binary.length % rowBytes === 0 : binary.length === rows * rowBytes;
  expectThat(holds, where, expected, `${binary.length} bytes`);
  const bytes = new Uint8Array(binary.length);
  for (let k = 0; k < bytes.length; k++) bytes[k] = binary.charCodeAt(k);
  return bytes.buffer;
}
