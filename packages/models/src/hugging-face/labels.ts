import type { Fields } from './field-table.ts';

/** Labels of a format whose files leave out the default: two. */
const DEFAULT_LABELS = 2;

/** Counts the classes of a config that its table has read. */
export function labelCount({ id2label, num_labels: count = DEFAULT_LABELS }: Fields): number {
  return id2label === undefined ? Number(count) : Object.keys(id2label as object).length;
}

/** Names of the classes, as the reference makes them where the file has none. */
export function labelNames(id2label: unknown, count: number): Record<string, string> {
  const named = id2label as Record<string, string> | null | undefined;
  return named ?? Object.fromEntries(Array.from({ length: count }, (_, i) => [i, `LABEL_${i}`]));
}
