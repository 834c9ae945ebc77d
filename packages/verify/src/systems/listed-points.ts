import { FormatError } from '@seg/checkpoint/safetensors';
import { formulaValues } from '@seg/core';
import type { PointSource } from '@seg/losses';

import { elementsOf } from '../golden/schemas.ts';

/** Center and half width of the points' formula: the unit square. */
const HALF = 0.5;

/** Points of a file by their names, and the salt of their formula. */
type ListedPoints = { salt: number; points: { tensors: [key: string, shape: number[]][] } };

/**
 * Points of a training case from the formula, under the names that the file lists: `points/OUTPUT/match/IMAGE`,
 * `points/OUTPUT/oversample` and `points/OUTPUT/random`, the last output being `final`.
 *
 * @returns A source that throws FormatError where the file lists no such points, or another number of them
 */
export function listedPoints(where: string, { salt, points: { tensors } }: ListedPoints, last: number): PointSource {
  const shapes = new Map(tensors);
  const points = (output: number, name: string, count: number): Float32Array => {
    const key = `points/${output === last ? 'final' : output}/${name}`;
    const shape = shapes.get(key);
    if (shape === undefined || elementsOf(shape) !== 2 * count) {
      const got = shape === undefined ? 'none' : `[${shape}]`;
      throw new FormatError(`${where}: expected ${count} points of the name ${key}, got ${got}`);
    }
    return formulaValues(key, shape, HALF, HALF, salt);
  };
  return {
    matching: (output, image, count) => points(output, `match/${image}`, count),
    candidates: (output, pairs, count) => points(output, 'oversample', pairs * count),
    anywhere: (output, pairs, count) => points(output, 'random', pairs * count),
  };
}
