/** Codes of up to so many bits are found in one step: libjpeg's 8 and one more, which most codes of photographs have. */
const LOOKAHEAD = 9;

/** Longest code (ITU-T T.81, C.1). */
const LONGEST = 16;

/** Huffman codes of a JPEG, ready to decode. */
export type HuffmanTable = {
  /** [2^9] by the next bits: length of the code · 256 + symbol, 0 where the code is longer. */
  lookup: Uint16Array;
  /** [18] largest code of each length, −1 for none, and a last one that every code is below. */
  maxCode: Int32Array;
  /** [17] place of a code's symbol: `symbols[code + offset[length]]`. */
  offset: Int32Array;
  symbols: Uint8Array;
};

/**
 * Derives codes from the number of codes of each length and their symbols (T.81, C.2 and F.2.2.3).
 *
 * @param counts [16]
 * @returns null where there are more codes of a length than it has bits for
 */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable | null {
  const maxCode = new Int32Array(LONGEST + 2).fill(-1);
  maxCode[LONGEST + 1] = 0x7fffffff;
  const offset = new Int32Array(LONGEST + 1);
  const lookup = new Uint16Array(2 ** LOOKAHEAD);
  let [code, index] = [0, 0];
  for (let length = 1; length <= LONGEST; length++, code <<= 1) {
    offset[length] = index - code;
    for (let k = 0; k < counts[length - 1]; k++, code++, index++) enter(lookup, code, length, symbols[index]);
    if (code > 2 ** length) return null;
    if (counts[length - 1] > 0) maxCode[length] = code - 1;
  }
  return { lookup, maxCode, offset, symbols };
}

/** Puts a short code at every place whose first bits it is. */
function enter(lookup: Uint16Array, code: number, length: number, symbol: number): void {
  if (length > LOOKAHEAD) return;
  const first = code << (LOOKAHEAD - length);
  lookup.fill((length << 8) | symbol, first, first + 2 ** (LOOKAHEAD - length));
}
