import { BackendError } from '../errors.ts';

/** Imports an optional package, and names it in the error where it is not installed. */
export async function loadPackage<T>(backend: string, name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const message = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new BackendError(`${backend}: expected the package ${name}, got ${message}. Install it to use this backend`);
  }
}

/** True in Node and its like, false in a page or a worker of one. */
export function isNode(): boolean {
  return typeof process === 'object' && process.versions?.node !== undefined;
}
