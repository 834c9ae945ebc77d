import { FormatError } from '@seg/checkpoint/safetensors';

import type { FieldValues } from './field-table.ts';

/** Labels of a format whose files leave out the default: `PretrainedConfig` of transformers makes 2. */
const DEFAULT_LABELS = 2;

/** Counts the classes of a config that its table has read. @throws FormatError where names and number disagree */
export function labelCount(where: string, { id2label, num_labels: given }: FieldValues): number {
  if (id2label === undefined) return Number(given ?? DEFAULT_LABELS);
  const count = Object.keys(id2label as object).length;
  if (given === undefined || given === count) return count;
  throw new FormatError(`${where}: expected num_labels equal to the ${count} names of id2label, got ${String(given)}`);
}

/** Names of the classes, as the reference makes them where the file has none. */
export function labelNames(id2label: unknown, count: number): Record<string, string> {
  const named = id2label as Record<string, string> | null | undefined;
  return named ?? Object.fromEntries(Array.from({ length: count }, (_, i) => [i, `LABEL_${i}`]));
}
