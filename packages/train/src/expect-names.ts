import { A_FUNCTION, A_SIGNAL, ANYTHING, expectOptions, type OptionCheck, oneOf } from '@seg/checkpoint/expect-options';

/** Options whose kind their name tells; others are checked where they are read. */
const KINDS: Readonly<Record<string, OptionCheck>> = {
  signal: A_SIGNAL,
  onImage: A_FUNCTION,
  onUnreadable: A_FUNCTION,
  onBatch: A_FUNCTION,
  build: A_FUNCTION,
  createParams: A_FUNCTION,
  objectiveFor: A_FUNCTION,
  batchesFrom: A_FUNCTION,
  group: A_FUNCTION,
  onNonFinite: oneOf('throw', 'skip'),
};

/** Refuses options of names that nobody knows, and those that have to be there and are not. */
export function expectNames<T extends object>(
  where: string,
  options: T,
  known: readonly (keyof T & string)[],
  required: readonly (keyof T & string)[] = [],
): void {
  const checks = Object.fromEntries(known.map((name) => [name, Object.hasOwn(KINDS, name) ? KINDS[name] : ANYTHING]));
  expectOptions<object>(where, options ?? null, checks);
  const missing = required.find((name) => options[name] === undefined);
  if (missing !== undefined) throw new RangeError(`${where}: expected ${missing}, got none`);
}
