import type { Steps } from '@seg/core';

/** Steps of one level after the other. @returns Their results */
export function* onEach<A, B>(levels: readonly A[], steps: (level: A, index: number) => Steps<B>): Steps<B[]> {
  const results: B[] = [];
  for (const [i, level] of levels.entries()) {
    results.push(yield* steps(level, i));
    yield;
  }
  return results;
}
