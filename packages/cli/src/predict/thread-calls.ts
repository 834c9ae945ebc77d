import { parentPort, type TransferListItem, Worker } from 'node:worker_threads';
import { FormatError } from '@seg/checkpoint';

type ThreadCall<Q> = { id: number; question: Q };
type ThreadReply<A> = { id: number } & ({ answer: A } | { error: string; isRefusal: boolean });

/** Calls into a thread of this process. Answers come in any order. */
export class ThreadCalls<Q, A> {
  private readonly thread: Worker;
  private readonly waiting = new Map<number, { resolve(value: A): void; reject(error: Error): void }>();
  private asked = 0;
  private failure: Error | undefined;

  /** @param file Module that calls {@link answerCalls} @param what Task of the thread, for the error of its end */
  constructor(file: URL, what: string) {
    this.thread = new Worker(file);
    this.thread.on('message', (answer: ThreadReply<A>) => this.take(answer));
    this.thread.on('error', (error) => this.fail(error));
    this.thread.on('exit', () =>
      this.fail(new Error(`predict: expected the thread that ${what} to go on, got its end`)),
    );
  }

  /** @throws FormatError or Error as the thread throws it; once it has ended, the reason of its end */
  call(question: Q): Promise<A> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const answer = new Promise<A>((resolve, reject) => {
      const id = this.asked++;
      this.waiting.set(id, { resolve, reject });
      this.thread.postMessage({ id, question } satisfies ThreadCall<Q>);
    });
    answer.catch(() => {}); // whoever has begun to read ahead may never come to ask
    return answer;
  }

  /** Ends the thread, and what is asked of it. */
  async close(): Promise<void> {
    this.fail(new Error('predict: expected a thread that is asked before its end, got one that was closed'));
    await this.thread.terminate();
  }

  private take(answer: ThreadReply<A>): void {
    const waiting = this.waiting.get(answer.id);
    if (waiting === undefined) return; // has failed meanwhile
    const { resolve, reject } = waiting;
    this.waiting.delete(answer.id);
    if ('answer' in answer) resolve(answer.answer);
    else reject(answer.isRefusal ? new FormatError(answer.error) : new Error(answer.error));
  }

  /** The first failure is the one to tell. */
  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.waiting.values()) reject(this.failure);
    this.waiting.clear();
  }
}

/** Answers the calls into this thread. @param moved Buffers of an answer that are handed over */
export function answerCalls<Q, A>(
  answer: (question: Q) => Promise<A> | A,
  moved: (answer: A) => readonly unknown[],
): void {
  parentPort?.on('message', async ({ id, question }: ThreadCall<Q>) => {
    try {
      const found = await answer(question);
      const buffers = moved(found).filter((buffer) => buffer instanceof ArrayBuffer);
      parentPort?.postMessage({ id, answer: found } satisfies ThreadReply<A>, buffers as TransferListItem[]);
    } catch (error) {
      const isRefusal = error instanceof FormatError;
      parentPort?.postMessage({ id, error: (error as Error).message, isRefusal } satisfies ThreadReply<A>);
    }
  });
}
