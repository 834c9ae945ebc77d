import { expectShapes, type MaskPrediction, readTensors } from '@seg/core';
import { expectValue, type OptionCheck } from '@seg/core/expect-options';
import { notFinite } from './expect-numbers.ts';

const PREDICTION: OptionCheck = ['masks and classes', (value) => typeof value === 'object' && value !== null];

/** Class probabilities of one image on the host. */
export type ClassProbabilities = {
  /** [N · (K + 1)], a row for each query, no-object last */
  values: Float64Array;
  numQueries: number;
  /** K, without no-object. */
  numClasses: number;
};

/**
 * Reads the class logits of one image and normalizes each query's: softmax over K + 1, in doubles.
 *
 * @throws RangeError where they are NaN
 */
export async function readClassProbabilities(where: string, prediction: MaskPrediction): Promise<ClassProbabilities> {
  expectValue(where, 'prediction', prediction, PREDICTION);
  const { classLogits, maskLogits } = prediction;
  const { N, C } = expectShapes(where, {
    classLogits: [classLogits, [1, 'N', 'C']],
    maskLogits: [maskLogits, [1, 'h', 'w', 'N']],
  });
  if (C === 0) throw new RangeError(`${where}: expected logits of no object at least, got none`);
  const [logits] = await readTensors(() => [classLogits.clone()]);
  const values = Float64Array.from(logits);
  for (let query = 0; query < N; query++) softmaxInPlace(values.subarray(query * C, (query + 1) * C));
  if (values.some(Number.isNaN)) throw notFinite(where, 'class logits');
  return { values, numQueries: N, numClasses: C - 1 };
}

function softmaxInPlace(row: Float64Array): void {
  const highest = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += row[i] = Math.exp(row[i] - highest);
  for (let i = 0; i < row.length; i++) row[i] /= sum;
}

/** A query with the class it is most sure of. */
export type ScoredQuery = { query: number; category: number; score: number };

/** Queries whose best class is not no-object and more probable than `threshold`, in their own order. */
export function confidentQueries(probabilities: ClassProbabilities, threshold: number): ScoredQuery[] {
  const { values, numQueries, numClasses } = probabilities;
  const kept: ScoredQuery[] = [];
  for (let query = 0; query < numQueries; query++) {
    const row = values.subarray(query * (numClasses + 1), (query + 1) * (numClasses + 1));
    let category = 0;
    for (let c = 1; c <= numClasses; c++) if (row[c] > row[category]) category = c;
    if (category < numClasses && row[category] > threshold) kept.push({ query, category, score: row[category] });
  }
  return kept;
}
