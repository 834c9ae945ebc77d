/** Floating point operations in the time of a weight: an exponential, and limits read and added. */
const WEIGHT = 128;

/** Floating point operations of an attention for a query: two products, and a softmax in each head. @param length Keys */
export function queryOperations(length: number, { dim, numHeads }: { dim: number; numHeads: number }): number {
  return length * (4 * dim + WEIGHT * numHeads);
}
