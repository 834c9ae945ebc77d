/** As much of IndexedDB as the training asks of it; what is put is a copy, as there. */
export class FakeDatabase {
  readonly kept = new Map<string, unknown>();
  /** Error of the next transactions that write. */
  full: Error | null = null;
  /** Error of opening. */
  closed: Error | null = null;

  open(): object {
    const database = { close: () => {}, transaction: () => this.transaction() };
    return answered(() => {
      if (this.closed !== null) throw this.closed;
      return database;
    });
  }

  private transaction() {
    const transaction: { oncomplete?(): void; onabort?(): void; error: Error | null; objectStore(): object } = {
      error: null,
      objectStore: () => ({
        get: (key: string) => this.request(transaction, () => this.kept.get(key)),
        delete: (key: string) => this.request(transaction, () => this.kept.delete(key)),
        put: (value: unknown, key: string) =>
          this.request(transaction, () => {
            if (this.full !== null) throw this.full;
            this.kept.set(key, structuredClone(value));
          }),
      }),
    };
    return transaction;
  }

  private request(transaction: { oncomplete?(): void; onabort?(): void; error: Error | null }, use: () => unknown) {
    return answered(() => {
      try {
        const result = use();
        queueMicrotask(() => queueMicrotask(() => transaction.oncomplete?.()));
        return result;
      } catch (error) {
        transaction.error = error as Error;
        queueMicrotask(() => queueMicrotask(() => transaction.onabort?.()));
        throw error;
      }
    });
  }
}

/** A request, which is answered when whoever made it listens. */
function answered(use: () => unknown): object {
  const request: { result?: unknown; error?: unknown; onsuccess?(): void; onerror?(): void } = {};
  queueMicrotask(() => {
    try {
      request.result = use();
      request.onsuccess?.();
    } catch (error) {
      request.error = error;
      request.onerror?.();
    }
  });
  return request;
}
