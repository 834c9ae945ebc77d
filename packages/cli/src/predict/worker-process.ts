import { useBackend } from '@seg/core';

import { EXIT, exitCodeOf } from '../process/exit-code.ts';
import { threadReader } from './image-reader.ts';
import { loadSegmenter } from './load-segmenter.ts';
import { threadPictures } from './picture-maker.ts';
import { beginReading, type ImageJob, predictTogether, type Reading } from './predict-image.ts';
import type { WorkerMessage, WorkerStart } from './produce-in-workers.ts';

/** Signals reach the whole group of processes; the parent tells its workers when they are to end. */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('disconnect', () => process.exit(EXIT.SIGTERM));

process.once('message', (start: WorkerStart) => {
  work(start).catch(fail);
});

function fail(error: unknown): void {
  const code = exitCodeOf(error);
  const kind = code === EXIT.temporary ? 'temporary' : code === EXIT.fault ? 'fault' : 'input';
  tell({ type: 'error', kind, message: error instanceof Error ? error.message : String(error) });
}

async function work({ model, runtime, backend, settings }: WorkerStart): Promise<void> {
  await useBackend(backend);
  const segmenter = await loadSegmenter(model, runtime);
  const reader = threadReader();
  const pictures = threadPictures();
  const waiting: Reading[] = [];
  let wake = () => {};
  process.on('message', (job: ImageJob) => {
    waiting.push(beginReading(reader, job, settings));
    wake();
  });
  tell({ type: 'ready' });
  for (;;) {
    if (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    const batch = waiting.splice(0, settings.batch ?? 1);
    for (const { job, outcome } of await predictTogether(segmenter, pictures, settings, batch))
      outcome.then((found) => tell({ type: 'outcome', job, outcome: found }), fail);
  }
}

function tell(message: WorkerMessage): void {
  process.send?.(message);
}
