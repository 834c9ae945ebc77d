/** What is wrong with a file, one thing a line: the first eight, and how many more there are. */
export function listFaults(faults: readonly string[]): string {
  const rest = faults.length > 8 ? [`and ${faults.length - 8} more`] : [];
  return [...faults.slice(0, 8), ...rest].join('\n  ');
}
