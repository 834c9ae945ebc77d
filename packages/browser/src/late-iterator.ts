/** An iterator that is made when it is first read, of code that is loaded then. */
export function lateIterator<T>(make: () => Promise<AsyncIterableIterator<T>>): AsyncIterableIterator<T> {
  let making: Promise<AsyncIterableIterator<T>> | undefined;
  return {
    next: async () => (await (making ??= make())).next(),
    return: async () => {
      if (making !== undefined) await (await making).return?.();
      making = Promise.resolve(ended());
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function ended<T>(): AsyncIterableIterator<T> {
  return {
    next: async () => ({ done: true, value: undefined }),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
