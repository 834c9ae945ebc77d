/** Rounded to the nearest whole number, halves to the even neighbor, as Python's `round` and C's `lrint` do. */
export function roundHalfEven(value: number): number {
  const low = Math.floor(value);
  return value - low === 0.5 ? low + (low % 2) : Math.round(value);
}
