import type { BitReader } from './bit-reader.ts';
import { type Scan, ZIGZAG } from './frame.ts';
import type { HuffmanTable } from './huffman-table.ts';

/** Runs of the blocks without further coefficients, and the last DC of each component of a scan. */
export type ScanState = { endOfBandRun: number; predictions: Int32Array };

/** CodedBlock at `at` of the coefficients, of the scan's component `index`. */
export type CodedBlock = { coefficients: Int16Array; at: number; index: number };

/** Decodes what a scan says of one block. */
export type DecodeBlock = (reader: BitReader, scan: Scan, state: ScanState, block: CodedBlock) => void;

/** All coefficients at once (ITU-T T.81, F.2.2). */
export const decodeSequential: DecodeBlock = (reader, { components }, { predictions }, block) => {
  const { coefficients, at, index } = block;
  const { dc, ac } = components[index];
  predictions[index] += reader.receiveSigned(reader.decode(dc as HuffmanTable));
  coefficients[at] = predictions[index];
  for (let k = 1; k < 64; k++) {
    const symbol = reader.decode(ac as HuffmanTable);
    const [run, size] = [symbol >> 4, symbol & 15];
    if (size === 0) {
      if (run !== 15) return;
      k += 15;
      continue;
    }
    k += run;
    coefficients[at + ZIGZAG[k]] = reader.receiveSigned(size);
  }
};

/** The DC's first bits (T.81, G.1.2.1). */
export const decodeDcFirst: DecodeBlock = (reader, { components, low }, { predictions }, block) => {
  const { coefficients, at, index } = block;
  predictions[index] += reader.receiveSigned(reader.decode(components[index].dc as HuffmanTable));
  coefficients[at] = predictions[index] << low;
};

/** One more bit of the DC. */
export const decodeDcRefinement: DecodeBlock = (reader, { low }, _, { coefficients, at }) => {
  if (reader.receive(1) === 1) coefficients[at] |= 1 << low;
};

/** The first bits of a band (T.81, G.1.2.2). */
export const decodeAcFirst: DecodeBlock = (reader, { components, first, last, low }, state, block) => {
  if (state.endOfBandRun > 0) {
    state.endOfBandRun--;
    return;
  }
  const { coefficients, at } = block;
  const table = components[0].ac as HuffmanTable;
  for (let k = first; k <= last; k++) {
    const symbol = reader.decode(table);
    const [run, size] = [symbol >> 4, symbol & 15];
    if (size !== 0) {
      k += run;
      coefficients[at + ZIGZAG[k]] = reader.receiveSigned(size) << low;
    } else if (run === 15) k += 15;
    else {
      state.endOfBandRun = (1 << run) + reader.receive(run) - 1;
      return;
    }
  }
};

/** One more bit of a band: of coefficients that are there, and coefficients that it makes 1 or −1 (T.81, G.1.2.3). */
export const decodeAcRefinement: DecodeBlock = (reader, scan, state, block) => {
  const { first, last, low } = scan;
  const table = scan.components[0].ac as HuffmanTable;
  let k = first;
  while (state.endOfBandRun === 0 && k <= last) {
    const symbol = reader.decode(table);
    const [run, size] = [symbol >> 4, symbol & 15];
    if (size === 0 && run !== 15) {
      state.endOfBandRun = (1 << run) + reader.receive(run);
      break;
    }
    const value = size === 0 ? 0 : reader.receive(1) === 1 ? 1 << low : -1 << low;
    k = refine(reader, scan, block, k, run);
    if (value !== 0) block.coefficients[block.at + ZIGZAG[k]] = value;
    k++;
  }
  if (state.endOfBandRun === 0) return;
  refine(reader, scan, block, k, 64);
  state.endOfBandRun--;
};

/** Reads a bit for every coefficient that is there, past so many that are not. @returns Place of the next that is not */
function refine(reader: BitReader, { last, low }: Scan, { coefficients, at }: CodedBlock, from: number, run: number) {
  const step = 1 << low;
  let zeros = run;
  let k = from;
  for (; k <= last; k++) {
    const place = at + ZIGZAG[k];
    const value = coefficients[place];
    if (value === 0) {
      if (zeros-- === 0) break;
    } else if (reader.receive(1) === 1 && (value & step) === 0) coefficients[place] += value > 0 ? step : -step;
  }
  return k;
}
