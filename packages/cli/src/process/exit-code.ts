/** Exit codes of the command: 1 for what is wrong with the input, the others as sysexits.h and shells have them. */
export const EXIT = { done: 0, input: 1, usage: 2, fault: 70, SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** Options that do not go together: the user's fault, whatever the files hold. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A fault of the program in a process that it has started. */
export class ProgramFault extends Error {
  override readonly name = 'ProgramFault';
}

/**
 * Tells the user's faults from ours. Errors in our form, `where: expected …, got …`, and the system's own (a
 * file that is absent, a full disk) are about the input; all others nobody has foreseen.
 */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  if (!(error instanceof Error) || error instanceof ProgramFault) return EXIT.fault;
  return 'syscall' in error || /\bexpected\b/.test(error.message) ? EXIT.input : EXIT.fault;
}
