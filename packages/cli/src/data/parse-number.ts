import { InvalidArgumentError } from 'commander';

/** Largest number that an option takes: whatever is counted or measured here is far below it. */
const MOST = 1_000_000;

/** A whole number of 1 or more. */
export function parsePositive(text: string): number {
  return parseWhole(text, 1);
}

/** A seed: a whole number of 0 or more. */
export function parseSeed(text: string): number {
  return parseWhole(text, 0);
}

function parseWhole(text: string, least: number): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isInteger(number) && number >= least && number <= MOST) return number;
  throw new InvalidArgumentError(`Expected a whole number from ${least} to ${MOST}.`);
}
