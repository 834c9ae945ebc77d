// Works on both queues until a signal ends it: REDIS_URL=redis://host:6379 node worker.mjs
import { Worker } from 'bullmq';
import { connect } from './connection.mjs';

/** A worker that gives no sign for so long is dead, and its job another's. */
const lockDuration = Number(process.env.SEG_LOCK_MS ?? 30_000);

const options = { connection: connect(), lockDuration, stalledInterval: lockDuration, maxStalledCount: 10 };
const workers = ['segment', 'merge'].map((name) => {
  const worker = new Worker(name, new URL(`./${name}.mjs`, import.meta.url), options);
  worker.on('failed', (job, error) => console.error(`${name} ${job?.id}: ${error.message}`));
  worker.on('completed', (job, result) => console.error(`${name} ${job.id}: ${result}`));
  return worker;
});
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await Promise.all(workers.map((worker) => worker.close()));
    process.exit(0);
  });
}
