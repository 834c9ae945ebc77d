import type { Confusion } from '../measure/measurement.ts';

/** A table with a row for each prediction and a column for each truth. @returns CSV */
export function formatConfusion({ labels, counts }: Confusion): string {
  const cell = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = labels.map((label, row) => [
    cell(label),
    ...labels.map((_, column) => counts[row * labels.length + column]),
  ]);
  return [['predicted \\ true', ...labels.map(cell)], ...rows].map((row) => `${row.join(',')}\n`).join('');
}
