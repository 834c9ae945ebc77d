import { InvalidArgumentError } from 'commander';

/**
 * Makes a reader of an option that is a whole number.
 *
 * @param most Default: what JavaScript counts exactly
 */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const range = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
  return (text) => {
    if (/^\d{1,16}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
    throw new InvalidArgumentError(`expected a whole number ${range}`);
  };
}
