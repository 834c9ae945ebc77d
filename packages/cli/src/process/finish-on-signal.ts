let finish: ((code: number) => void) | null = null;

/** Signals that ask a running command to finish what it has in hand. */
export type FinishRequest = {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP. */
  signal: AbortSignal;
  /** Exit code of that signal; null where none came. */
  code(): number | null;
  /** Lets signals end the process at once again. */
  release(): void;
};

/** Takes over the first signal: the command finishes the unit at work and ends. A second one ends the process at once. */
export function finishOnSignal(): FinishRequest {
  const controller = new AbortController();
  let received: number | null = null;
  finish = (code) => {
    received = code;
    finish = null;
    controller.abort();
  };
  return {
    signal: controller.signal,
    code: () => received,
    release: () => {
      finish = null;
    },
  };
}

/**
 * Hands a signal to the command that has asked for it.
 *
 * @returns False where none has: the process is to end now
 */
export function requestFinish(code: number): boolean {
  if (finish === null) return false;
  finish(code);
  return true;
}
