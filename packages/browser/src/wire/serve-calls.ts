import type { AnswerMessage, CallMessage, CallPort } from './messages.ts';
import { packError } from './pack-error.ts';
import { buffersOf } from './transferables.ts';

/** Circumstances of a call that is served. */
export type CallContext = {
  /** Aborted where the caller wants no answer any more. */
  signal: AbortSignal;
  /** Tells the caller something while the call goes on. */
  tell(news: unknown): void;
};

/** Function that answers calls of one name. Buffers of its result are given away. */
export type Handler = (value: never, context: CallContext) => unknown;

/** The answering side of a port. */
export function serveCalls(port: CallPort, handlers: Readonly<Record<string, Handler>>): void {
  const running = new Map<number, AbortController>();
  port.addEventListener('message', ({ data }: MessageEvent<CallMessage | null | undefined>) => {
    if (data?.kind === 'abort') running.get(data.id)?.abort();
    else if (data?.kind === 'call') void answer(data); // messages of others are passed over
  });
  port.start?.();

  async function answer({ id, method, value }: Extract<CallMessage, { kind: 'call' }>): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    const { signal } = controller;
    const tell = (news: unknown) => {
      if (!signal.aborted) send({ kind: 'news', id, value: news });
    };
    try {
      if (!Object.hasOwn(handlers, method)) throw new Error(`expected ${Object.keys(handlers)}, got ${method}`);
      const result = await handlers[method](value as never, { signal, tell });
      if (!signal.aborted) send({ kind: 'result', id, value: result }, buffersOf(result));
    } catch (error) {
      if (!signal.aborted) send({ kind: 'error', id, error: packError(error) });
    } finally {
      running.delete(id);
    }
  }

  function send(reply: AnswerMessage, transfer: Transferable[] = []): void {
    port.postMessage(reply, transfer);
  }
}
