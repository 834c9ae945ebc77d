import { A_DIM, numberIn, type OptionCheck, oneOf } from '../expect-options.ts';

export { A_DIM };

/** Number that keeps a variance from zero. */
export const AN_EPSILON = numberIn({ least: 0 });
/** Function that follows in the same step. */
export const AN_ACTIVATION = oneOf('linear', 'relu');

const AN_INTEGER = numberIn({ isWhole: true });
const isPair = (value: unknown, holds: (one: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length === 2 && value.every(holds);

/** A whole number above 0, or one each for rows and columns. */
export const A_STRIDE: OptionCheck = [
  'a whole number of at least 1, or two',
  (value) => A_DIM[1](value) || isPair(value, A_DIM[1]),
];

/** One number for all sides, or each side; rows that are not seen are negative. */
export const A_PADDING: OptionCheck = [
  'a whole number, or two for rows and two for columns',
  (value) => AN_INTEGER[1](value) || isPair(value, (side) => isPair(side, AN_INTEGER[1])),
];
