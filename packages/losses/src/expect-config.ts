import { expectOptions, expectValue, numberIn, type OptionCheck } from '@seg/core/expect-options';

/** A weight of a term, 0 for none. */
export const A_WEIGHT = numberIn({ least: 0 });

/** Refuses a config with a field that nobody knows or that cannot be, or without one that is read. */
export function expectConfig<T extends object>(
  where: string,
  config: T,
  checks: Readonly<Record<string, OptionCheck>>,
  reads: readonly (keyof T & string)[],
): void {
  expectOptions<object>(where, config ?? null, checks);
  for (const name of reads) expectValue(where, name, config[name], checks[name]);
}
