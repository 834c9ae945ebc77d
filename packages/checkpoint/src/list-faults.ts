/** Lists the faults of a file, one a line: the first eight, and the number of the rest. */
export function listFaults(faults: readonly string[]): string {
  const rest = faults.length > 8 ? [`and ${faults.length - 8} more`] : [];
  return [...faults.slice(0, 8), ...rest].join('\n  ');
}
