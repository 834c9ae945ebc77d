import type { HuffmanTable } from './huffman-table.ts';

/** One channel of a JPEG. */
export type Component = {
  id: number;
  /** Samples in a minimum coded unit, 1 to 4. */
  across: number;
  down: number;
  /** Number of its quantization table. */
  table: number;
  /** [64] steps in the order of `coefficients`, as they were when its first scan began. */
  steps: Uint16Array | null;
  /** Samples that belong to the picture. */
  width: number;
  height: number;
  /** Blocks that belong to the picture. */
  blocksAcross: number;
  blocksDown: number;
  /** Blocks of a row, those that only fill minimum coded units with them. */
  stride: number;
  /** [rows, stride, 64] in the order of rows and columns. */
  coefficients: Int16Array;
};

/** Picture of a JPEG before its colors: size, coding and channels. */
export type Frame = {
  width: number;
  height: number;
  isProgressive: boolean;
  components: Component[];
  /** Most samples of a component in a minimum coded unit. */
  mostAcross: number;
  mostDown: number;
  /** Minimum coded units of all components. */
  unitsAcross: number;
  unitsDown: number;
};

/** One scan: the components and coefficients that it codes, and where. */
export type Scan = {
  components: { component: Component; dc: HuffmanTable | null; ac: HuffmanTable | null }[];
  /** First and last coefficient, 0 to 63. */
  first: number;
  last: number;
  /** Bits that earlier scans left out, and that this one leaves out. */
  high: number;
  low: number;
  /** Units between restart markers, 0 for none. */
  restartInterval: number;
  /** Offset of its data. */
  start: number;
};

/** Coefficient k of the zigzag order is at this place of a block (ITU-T T.81, figure A.6). Damage ends at the last. */
export const ZIGZAG = Uint8Array.from([
  ...[0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21],
  ...[28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61],
  ...[54, 47, 55, 62, 63, ...new Array<number>(16).fill(63)],
]);
