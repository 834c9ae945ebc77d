/** @throws RangeError where a number is not whole, or beyond its bounds */
export function expectWhole(where: string, name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER) {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `of ${least} to ${most}`;
  throw new RangeError(`${where}: expected a whole number ${range} as ${name}, got ${value}`);
}
