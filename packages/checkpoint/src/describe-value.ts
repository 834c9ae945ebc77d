/**
 * A value of a file as an error shows it: JSON, cut after 80 characters. What JSON cannot write, lists nested a hundred
 * thousand deep for one, is only named.
 */
export function describeValue(value: unknown): string {
  const text = writtenOut(value);
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}

function writtenOut(value: unknown): string {
  if (typeof value === 'number') return String(value); // JSON has no NaN
  try {
    return JSON.stringify(value) ?? 'nothing';
  } catch {
    return Array.isArray(value) ? 'a list nested too deep' : 'an object nested too deep';
  }
}
