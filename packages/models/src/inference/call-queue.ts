import { nextTurn } from './next-turn.ts';

/** Calls that begin and end in their order, a few at a time, each behind a turn of the event loop. One that fails does so at once. */
export class CallQueue {
  private readonly concurrency: number;
  private readonly most: number;
  private readonly waiting: (() => void)[] = [];
  private running = 0;
  private lastEnd: Promise<unknown> = Promise.resolve();

  /** @param most Calls that may wait; one more is refused */
  constructor(concurrency: number, most: number) {
    this.concurrency = concurrency;
    this.most = most;
  }

  /**
   * @param signal Gives up the place of a call that waits
   * @throws Error at once, where too many wait; the signal's reason at once, where it ends while the call waits
   */
  async run<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const before = this.lastEnd;
    const own = this.runInTurn(call, signal);
    const ended = own.then(async (result) => {
      await before;
      return result;
    });
    this.lastEnd = ended.catch(() => before); // the next call waits for those before this one
    return ended;
  }

  private async runInTurn<T>(call: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    if (this.running < this.concurrency) this.running++;
    else if (this.waiting.length < this.most) await this.place(signal);
    else {
      const most = `at most ${this.most} calls that wait (await some, or raise maxWaiting)`;
      throw new Error(`Segmenter: expected ${most}, got one more`);
    }
    try {
      await nextTurn();
      return await call();
    } finally {
      const next = this.waiting.shift(); // takes the place that is free now
      if (next === undefined) this.running--;
      else next();
    }
  }

  /** Waits for a place. */
  private place(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.waiting.splice(this.waiting.indexOf(begin), 1);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.waiting.push(begin);
    });
  }
}
