import { ACTIVATIONS } from '@seg/core';
import { A_DIM, A_FLAG, expectConfig, listOf, numberIn, type OptionCheck, oneOf } from '@seg/core/expect-options';

/** Checks of fields that are no sizes. */
const OTHERS: Readonly<Record<string, OptionCheck>> = {
  inDims: listOf(A_DIM),
  lowLevelDims: listOf(A_DIM, 2),
  reducedDims: listOf(A_DIM, 2),
  grids: listOf(A_DIM),
  dropout: numberIn({ least: 0, most: 1 }),
  activation: oneOf(...ACTIVATIONS),
  preNorm: A_FLAG,
  selfAttention: A_FLAG,
  towers: oneOf('separate', 'shared'),
};

/** May be 0: layers, and what there is for things or stuff alone. */
const A_COUNT = numberIn({ least: 0, isWhole: true });

function checkOf(name: string): OptionCheck {
  if (Object.hasOwn(OTHERS, name)) return OTHERS[name];
  return name.startsWith('num') && name !== 'numHeads' ? A_COUNT : A_DIM;
}

/** Refuses a config with a field that nobody knows or that cannot be, or without one of `reads`. */
export function expectSizes<T extends object>(
  where: string,
  config: T,
  reads: readonly (keyof T & string)[],
  optional: readonly (keyof T & string)[] = [],
): void {
  const checks = Object.fromEntries([...reads, ...optional].map((name) => [name, checkOf(name)]));
  expectConfig(where, config, checks, reads);
}
