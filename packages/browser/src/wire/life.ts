/** Locks of the platform (W3C, "Web Locks API"): that of a worker is free again when the worker is gone, whatever ended it. */
type Locks = { request(name: string, held: () => unknown): Promise<unknown> };

/** Undefined in a page that is not secure, and in Node 20. */
function locks(): Locks | undefined {
  return (globalThis.navigator as { locks?: Locks } | undefined)?.locks;
}

/** Holds a lock as long as this worker lives. @returns Its name; null where there are no locks */
export function holdLife(): Promise<string | null> {
  const held = locks();
  if (held === undefined) return Promise.resolve(null);
  const name = `seg-${crypto.randomUUID()}`;
  return new Promise((resolve, reject) => {
    const forEver = () => {
      resolve(name);
      return new Promise(() => {});
    };
    held.request(name, forEver).catch(reject);
  });
}

/** Tells when whoever holds a lock is gone. @param name As {@link holdLife} gave it */
export function watchLife(name: unknown, gone: () => void): void {
  if (typeof name === 'string') void locks()?.request(name, gone);
}
