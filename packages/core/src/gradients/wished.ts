/** Inputs of the node that is being differentiated whose gradients somebody reads; null where nobody has said. */
let wished: ReadonlySet<string> | null = null;

/** Differentiates a node whose derivatives may be made together: those of the named inputs. */
export function withWished<T>(names: readonly string[], differentiate: () => T): T {
  const outer = wished;
  wished = new Set(names);
  try {
    return differentiate();
  } finally {
    wished = outer;
  }
}

/**
 * Derivatives that are made together when the first is asked for, those alone that somebody reads; each for itself on a tape of tfjs's
 * own, which frees what one of them makes beside itself.
 *
 * @param make Derivatives of the inputs of the given names, in their order
 */
export function together<K extends string, T>(
  names: readonly K[],
  make: (names: readonly K[]) => readonly T[],
): { [name in K]: () => T } {
  const needed = names.filter((name) => wished?.has(name));
  let made: readonly T[] | undefined;
  const derive = (name: K) => () => {
    if (!needed.includes(name)) return make([name])[0]!;
    made ??= make(needed);
    return made[needed.indexOf(name)]!;
  };
  return Object.fromEntries(names.map((name) => [name, derive(name)])) as { [name in K]: () => T };
}
