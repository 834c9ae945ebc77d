import { BackendError } from '../errors.ts';

/** The error of an optional package that did not load, named with the backend that needs it. */
export function absentPackage(backend: string, name: string, error: unknown): BackendError {
  const message = error instanceof Error ? error.message.split('\n')[0] : String(error);
  return new BackendError(`${backend}: expected the package ${name}, got ${message}. Install it to use this backend`);
}
