import { BackendError } from '../errors.ts';

const pending: string[] = [];

/** Notes an error that a device reported after the call that caused it had returned. */
export function reportDeviceError(message: string): void {
  pending.push(message);
}

/** Forgets what a device reported that is gone. */
export function dropDeviceErrors(): void {
  pending.length = 0;
}

/**
 * Throws if the device reported an error since the last check. WebGPU does not throw where a shader or a buffer is
 * refused: it drops the batch of commands, and results are whatever memory held before. Reading a tensor, choosing a
 * backend and this function bring such an error to light.
 *
 * @throws BackendError with what the device said, once
 */
export function checkBackend(): void {
  if (pending.length === 0) return;
  const [first, ...more] = pending.splice(0);
  const others = more.length > 0 ? ` (and ${more.length} more)` : '';
  throw new BackendError(`webgpu: expected no device errors, got ${first}${others}`);
}
