import type { Confusion } from '../measure/measurement.ts';
import { formatCsv } from './csv.ts';

/** A table with a row for each prediction and a column for each truth. @returns CSV */
export function formatConfusion({ labels, counts }: Confusion): string {
  const rows = labels.map((label, row) => [label, ...labels.map((_, column) => counts[row * labels.length + column])]);
  return formatCsv([['predicted \\ true', ...labels], ...rows]);
}
