/** Shortens a system's error to `ENOSPC: no space left on device`, without the call and the paths that Node adds. */
export function systemReason(error: unknown): string {
  return error instanceof Error ? error.message.split(', ')[0] : String(error);
}
