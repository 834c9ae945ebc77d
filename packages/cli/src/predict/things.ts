import type { Category } from '@seg/image';

/** Class indices of things. */
export function thingsOf(categories: readonly Category[]): Set<number> {
  return new Set(categories.flatMap(({ isThing }, index) => (isThing ? [index] : [])));
}
