import { BackendError } from '../errors.ts';

/** Place where the copy of this package that starts backends leaves its mark. */
const MARK = Symbol.for('@seg/core');

/** Mark of this copy: another copy has another object. */
const OURS = {};

const marked = globalThis as { [MARK]?: object };

/** Makes this copy the one that backends belong to. @throws BackendError as {@link expectSingleCopy} */
export function claimBackends(where: string): void {
  expectSingleCopy(where);
  marked[MARK] = OURS;
}

/**
 * tfjs's registries are one for the whole process, whatever versions of it are installed, and two copies of this package
 * would mix their kernels in them.
 *
 * @throws BackendError where another copy of this package has started backends
 */
export function expectSingleCopy(where: string): void {
  if (marked[MARK] === undefined || marked[MARK] === OURS) return;
  throw new BackendError(
    `${where}: expected one copy of @seg/core, got two. \`npm ls @seg/core\` tells who brings them; install @seg packages of one version`,
  );
}
