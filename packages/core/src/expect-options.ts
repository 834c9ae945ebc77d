/**
 * Options at the border of every package, for those above that have no checkpoints.
 *
 * @packageDocumentation
 */

import { expectOptions, expectValue, numberIn, type OptionCheck } from '@seg/checkpoint/expect-options';

export {
  A_FLAG,
  A_FUNCTION,
  A_SET,
  A_TEXT,
  expectOptions,
  expectValue,
  listOf,
  numberIn,
  type OptionCheck,
  oneOf,
} from '@seg/checkpoint/expect-options';

/** A tensor, or what has a shape as one: no list, no promise of one, no object that holds one. */
export const A_TENSOR: OptionCheck = [
  'a tensor',
  (value) => Array.isArray((value as { shape?: unknown } | null)?.shape),
];

/**
 * Refuses what is no tensor where one is needed.
 *
 * @param tensors By the names that the error says
 * @throws RangeError that names the first
 */
export function expectTensors(where: string, tensors: Readonly<Record<string, unknown>>): void {
  for (const [name, tensor] of Object.entries(tensors)) expectValue(where, name, tensor, A_TENSOR);
}

/** Height and width of a map. */
export const A_SIZE: OptionCheck = [
  'a height and width of 1 or more',
  (value) =>
    Array.isArray(value) &&
    value.length === 2 &&
    Array.from(value).every((side) => Number.isSafeInteger(side) && side >= 1),
];

/** A size of a layer, or another count from 1. */
export const A_DIM = numberIn({ least: 1, isWhole: true });

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

/** @throws RangeError unless channels can be shared out among so many parts: heads or groups */
export function expectDivisor(where: string, name: string, dim: number, parts: number): void {
  expectValue(where, name, parts, [`a divisor of ${dim}`, (value) => dim % (value as number) === 0]);
}
