import type { OnnxTensor } from './onnx-graph.ts';

/** A number as a constant times free axes, each to the power of 0 or 1. */
export type Factors = { coefficient: number; powers: readonly number[] };

/**
 * Finds the integer and the axes whose product a number is in every trace.
 *
 * @param values The number in each trace
 * @param counts Units of every axis in each trace
 * @returns null where there is none
 */
export function monomial(values: readonly number[], counts: readonly (readonly number[])[]): Factors | null {
  for (const powers of subsets(counts[0].length)) {
    const products = counts.map((units) => units.reduce((product, unit, k) => product * unit ** powers[k], 1));
    const coefficient = values[0] / products[0];
    if (!Number.isInteger(coefficient)) continue;
    if (values.every((value, i) => value === coefficient * products[i])) return { coefficient, powers };
  }
  return null;
}

/** All vectors of zeros and ones, that of zeros first. */
function subsets(length: number): number[][] {
  return Array.from({ length: 2 ** length }, (_, bits) => Array.from({ length }, (_, k) => (bits >> k) & 1));
}

/** Values of a tensor of 64-bit integers. */
export function integersOf({ data }: OnnxTensor): number[] {
  return Array.from(new BigInt64Array(data.buffer, data.byteOffset, data.byteLength / 8), Number);
}

/** True of the same bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
