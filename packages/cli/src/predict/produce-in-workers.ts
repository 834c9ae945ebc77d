import { type ChildProcess, fork } from 'node:child_process';
import { FormatError } from '@seg/checkpoint';
import type { BackendName } from '@seg/core';

import { ProgramFault, Temporary } from '../process/exit-code.ts';
import { removeIfInterrupted } from '../process/unfinished.ts';
import type { Runtime } from './load-segmenter.ts';
import type { ImageJob, ImageOutcome, ImageSettings } from './predict-image.ts';
import type { Producer } from './predict-images.ts';

/** Everything that a worker needs to begin. */
export type WorkerStart = { model: string; runtime: Runtime; backend: BackendName; settings: ImageSettings };

/** Message of a worker to its parent. */
export type WorkerMessage =
  | { type: 'ready' }
  | { type: 'outcome'; job: ImageJob; outcome: ImageOutcome }
  | { type: 'error'; message: string; kind: 'input' | 'temporary' | 'fault' };

/** Jobs that a worker has beside the batch at work: they are read meanwhile. */
const AHEAD = 1;

/** Segments in several processes, each with a model of its own. Where one fails, the others are ended. */
export function produceInWorkers(count: number, start: WorkerStart): Producer {
  return async function* (jobs, signal) {
    const queue = [...jobs];
    const found: [ImageJob, ImageOutcome][] = [];
    let [atWork, failure, wake]: [number, Error | null, () => void] = [0, null, () => {}];
    const fail = (error: Error) => {
      failure ??= error;
      wake();
    };
    const give = (worker: ChildProcess) => {
      if (queue.length === 0 || signal.aborted || failure !== null) return;
      atWork++;
      worker.send(queue.shift()!);
    };
    const workers = Array.from({ length: Math.min(count, Math.max(1, jobs.length)) }, (_, k) => {
      const worker = startWorker(start, `worker ${k + 1} of ${count}`, fail);
      worker.on('message', (message: WorkerMessage) => {
        if (message.type === 'error') return fail(errorOf(message));
        if (message.type === 'outcome') {
          atWork--;
          found.push([message.job, message.outcome]);
          wake();
        }
        const free = message.type === 'ready' ? AHEAD + (start.settings.batch ?? 1) : 1;
        for (let i = 0; i < free; i++) give(worker);
      });
      return worker;
    });
    const ends = workers.map((worker) => removeIfInterrupted(() => void worker.kill('SIGKILL')));
    try {
      for (;;) {
        if (failure !== null) throw failure;
        if (found.length > 0) yield found.shift()!;
        else if (atWork === 0 && (queue.length === 0 || signal.aborted)) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      for (const worker of workers) worker.removeAllListeners().kill('SIGKILL'); // what they had was finished, or fails
      for (const end of ends) end();
    }
  };
}

function startWorker(start: WorkerStart, name: string, fail: (error: Error) => void): ChildProcess {
  const worker = fork(new URL('./worker-process.js', import.meta.url), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  worker.on('error', fail);
  worker.on('exit', (code, signal) => {
    const how = signal === null ? `exit code ${code}` : `${signal} (out of memory?)`;
    fail(new Temporary(`predict: expected ${name} to end by itself, got ${how}`));
  });
  worker.send(start);
  return worker;
}

function errorOf({ message, kind }: Extract<WorkerMessage, { type: 'error' }>): Error {
  if (kind === 'temporary') return new Temporary(message);
  return kind === 'fault' ? new ProgramFault(message) : new FormatError(message);
}
