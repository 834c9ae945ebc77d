/** Exit codes of the command: 1 for what is wrong with the input, the others as sysexits.h and shells have them. */
export const EXIT = {
  done: 0,
  input: 1,
  usage: 2,
  fault: 70,
  temporary: 75,
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
} as const;

/** Options that do not go together: the user's fault, whatever the files hold. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A fault of the machine or of the moment: the same command may succeed at another time. */
export class Temporary extends Error {
  override readonly name = 'Temporary';
}

/** Codes of a machine that has no more room, memory or files, or whose disks fail. */
const OF_THE_MACHINE = ['ENOSPC', 'EDQUOT', 'EIO', 'ENOMEM', 'EMFILE', 'ENFILE', 'ESTALE'];

/** A fault of the program in a process that it has started. */
export class ProgramFault extends Error {
  override readonly name = 'ProgramFault';
}

/**
 * Tells the user's faults from the machine's and from ours. Errors in our form, `where: expected …, got …`, and the system's own (a
 * file that is absent, a full disk) are about the input; all others nobody has foreseen.
 */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof Temporary || OF_THE_MACHINE.includes(codeOf(error))) return EXIT.temporary;
  if (!(error instanceof Error) || error instanceof ProgramFault) return EXIT.fault;
  return 'syscall' in error || /\bexpected\b/.test(error.message) ? EXIT.input : EXIT.fault;
}

/** Code of the system's error that an error has come from. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return 'code' in error ? String(error.code) : codeOf(error.cause);
}
