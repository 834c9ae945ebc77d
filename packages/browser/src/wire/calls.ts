import type { AnswerMessage, CallMessage, CallPort } from './messages.ts';
import { unpackError } from './pack-error.ts';

/** Options of a call across a port. */
export type CallOptions = {
  /** Ends the call: it rejects with the signal's reason at once, and the other side stops as soon as it can. */
  signal?: AbortSignal;
  /** Given away instead of copied. */
  transfer?: Transferable[];
  /** Hears news of the call while it goes on. */
  onNews?(value: unknown): void;
};

type Pending = { resolve(value: unknown): void; reject(error: unknown): void; onNews?(value: unknown): void };

/** The asking side of a port: calls by number, each of which is answered once. */
export class Calls {
  private readonly port: CallPort;
  private readonly pending = new Map<number, Pending>();
  private last = 0;
  private end: Error | null = null;

  constructor(port: CallPort) {
    this.port = port;
    port.addEventListener('message', ({ data }: MessageEvent<AnswerMessage>) => this.receive(data));
    port.start?.();
  }

  /** @throws Error of the other side, the reason of the signal, or that of {@link close} */
  async call(method: string, value: unknown, { signal, transfer = [], onNews }: CallOptions = {}): Promise<unknown> {
    signal?.throwIfAborted();
    if (this.end !== null) throw this.end;
    const id = ++this.last;
    const answer = new Promise((resolve, reject) => this.pending.set(id, { resolve, reject, onNews }));
    const abort = () => {
      this.settle(id)?.reject(signal!.reason);
      this.send({ kind: 'abort', id });
    };
    signal?.addEventListener('abort', abort, { once: true });
    try {
      this.send({ kind: 'call', id, method, value }, transfer); // what cannot be cloned is an error of this call
      return await answer;
    } finally {
      signal?.removeEventListener('abort', abort);
      this.pending.delete(id);
    }
  }

  /** Fails the calls that wait and all that come. */
  close(reason: Error): void {
    if (this.end !== null) return;
    this.end = reason;
    for (const id of [...this.pending.keys()]) this.settle(id)?.reject(reason);
  }

  /** Messages of others are passed over. */
  private receive(reply: AnswerMessage | null | undefined): void {
    if (reply?.kind === 'news') this.pending.get(reply.id)?.onNews?.(reply.value);
    else if (reply?.kind === 'result') this.settle(reply.id)?.resolve(reply.value);
    else if (reply?.kind === 'error') this.settle(reply.id)?.reject(unpackError(reply.error));
  }

  private settle(id: number): Pending | undefined {
    const found = this.pending.get(id);
    this.pending.delete(id);
    return found;
  }

  private send(request: CallMessage, transfer: Transferable[] = []): void {
    this.port.postMessage(request, transfer);
  }
}
