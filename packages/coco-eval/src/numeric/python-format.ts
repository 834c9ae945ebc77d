import { expectThat, isCount } from '../state/expect-value.ts';

/**
 * A number with fixed decimals as Python prints it: exact ties go to the even digit, where toFixed takes the larger;
 * 0.3125 is 0.312. NaN and infinities are nan, inf, -inf.
 *
 * @param digits 0 to 20
 */
export function formatFixed(value: number, digits: number): string {
  expectThat(typeof value === 'number', 'formatFixed', 'a number', value);
  expectThat(isCount(digits) && digits <= 20, 'formatFixed', 'a whole number of 0 to 20 digits', digits);
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const magnitude = Math.abs(value);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  // a tie is an odd number of halves of the last digit; only a value of at most digits + 1 binary places can be one
  const scaled = magnitude * 2 ** (digits + 1);
  const halves = scaled * 5 ** digits;
  if (Number.isInteger(scaled) && halves <= Number.MAX_SAFE_INTEGER && halves % 2 === 1 && (halves - 1) % 4 === 0) {
    return sign + asDecimal((halves - 1) / 2, digits);
  }
  // from 2^53 on a number is whole, and from 1e21 on toFixed gives an exponent
  if (magnitude > Number.MAX_SAFE_INTEGER) return sign + asDecimal(BigInt(magnitude) * 10n ** BigInt(digits), digits);
  return sign + magnitude.toFixed(digits);
}

/** units · 10^−digits */
function asDecimal(units: number | bigint, digits: number): string {
  const text = String(units).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
