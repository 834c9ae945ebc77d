/**
 * Puts a file's name before what an evaluation says of an entry of it. Errors that nobody has foreseen stay as they are.
 *
 * @throws Error of one line: `where: …`
 */
export function naming<T>(where: string, evaluate: () => T): T {
  try {
    return evaluate();
  } catch (error) {
    throw named(where, error);
  }
}

/** Does so for what is awaited. */
export function namingLater<T>(where: string, evaluation: Promise<T>): Promise<T> {
  return evaluation.catch((error: unknown) => {
    throw named(where, error);
  });
}

function named(where: string, error: unknown): unknown {
  if (!(error instanceof Error && /\bexpected\b/.test(error.message))) return error;
  return new Error(`${where}: ${error.message}`, { cause: error });
}
