/** Failure of an attempt that another may not have: a cut connection, silence, a busy server. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  /** Milliseconds that the server asks to wait for, or null. */
  readonly wait: number | null;

  constructor(message: string, wait: number | null = null) {
    super(message);
    this.wait = wait;
  }
}

/** Codes of an address that does not answer: trying again at once is of no use. */
const DEAD = ['ENOTFOUND', 'ECONNREFUSED', 'ERR_INVALID_URL', 'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT'];

/** A server that cannot be reached at all. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** Names the reason of a broken connection, which `fetch` hides in a cause. */
export function broken(error: unknown): Interruption | Unreachable {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : (error as Error);
  const code = 'code' in cause ? String(cause.code) : '';
  const reason = cause.message || code || String(error);
  return DEAD.includes(code) ? new Unreachable(reason) : new Interruption(reason);
}
