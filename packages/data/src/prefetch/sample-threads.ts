import { createRequire } from 'node:module';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { FormatError } from '@seg/checkpoint/safetensors';

import type { MaskSample } from '../data-sets/mask-sample.ts';
import { unpackSample } from './packed-sample.ts';
import type { SampleAnswer, SampleJob } from './sample-job.ts';

type Waiting = { resolve(sample: MaskSample): void; reject(error: Error): void };

/** Threads that make samples. Each works on what it was asked for in order; whoever is free next gets the next position. */
export class SampleThreads {
  private readonly workers: { worker: Worker; busy: number }[];
  private readonly waiting = new Map<number, Waiting & { thread: number; made: Promise<MaskSample> }>();
  private failure: Error | null = null;
  private readonly onSkip: (message: string) => void;

  /** @param onSkip Takes the faults of images that threads have passed over; several may tell of one */
  constructor(count: number, job: SampleJob, onSkip: (message: string) => void) {
    this.onSkip = onSkip;
    const file = threadFile();
    this.workers = Array.from({ length: count }, (_, thread) => {
      const worker = new Worker(file, { workerData: job, execArgv: [] });
      worker.on('message', (answer: SampleAnswer) => this.take(answer));
      worker.on('error', (error) => this.fail(error instanceof Error ? error : new Error(String(error))));
      worker.on('exit', (code) =>
        this.fail(new Error(`prefetch: expected thread ${thread + 1} to go on, got exit ${code}`)),
      );
      worker.unref(); // a program that forgets its batches ends all the same
      return { worker, busy: 0 };
    });
  }

  /** Asks for the sample of a position; one that is asked for already is made once. */
  sample(position: number): Promise<MaskSample> {
    if (this.failure !== null) return Promise.reject(this.failure);
    const asked = this.waiting.get(position);
    if (asked !== undefined) return asked.made;
    const thread = this.leastBusy();
    const { worker } = this.workers[thread];
    const { promise: made, ...waiting } = withResolvers<MaskSample>();
    this.waiting.set(position, { ...waiting, made, thread });
    if (this.workers[thread].busy++ === 0) worker.ref(); // while it is waited for, the program must not end
    worker.postMessage(position);
    return made;
  }

  /** Ends all threads, whatever they are doing. Resolves when they are gone. */
  async close(): Promise<void> {
    this.fail(new Error('prefetch: expected samples to be waited for, got a closed source'));
    await Promise.all(this.workers.map(({ worker }) => worker.terminate()));
  }

  private leastBusy(): number {
    const busy = this.workers.map((each) => each.busy);
    return busy.indexOf(Math.min(...busy));
  }

  private take(answer: SampleAnswer): void {
    const waiting = this.waiting.get(answer.position);
    if (waiting === undefined) return; // closed meanwhile
    this.waiting.delete(answer.position);
    answer.skipped.forEach(this.onSkip);
    const each = this.workers[waiting.thread];
    if (--each.busy === 0) each.worker.unref();
    if ('sample' in answer) waiting.resolve(unpackSample(answer.sample));
    else waiting.reject(asError(answer.error));
  }

  /** The first failure is the one to tell; it ends all that is waited for. */
  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.waiting.values()) reject(this.failure);
    this.waiting.clear();
  }
}

/** A promise and what settles it: `Promise.withResolvers` of Node 22. */
function withResolvers<T>(): { promise: Promise<T>; resolve(value: T): void; reject(error: Error): void } {
  let settle: { resolve(value: T): void; reject(error: Error): void };
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle! };
}

function asError({ name, message }: { name: string; message: string }): Error {
  return name === 'FormatError' ? new FormatError(message) : Object.assign(new Error(message), { name });
}

/** The built file, also where this source runs unbuilt: threads cannot read TypeScript in every Node. */
function threadFile(): string {
  const root = path.dirname(createRequire(import.meta.url).resolve('@seg/data/package.json'));
  return path.join(root, 'dist', 'prefetch', 'sample-thread.js');
}
