// Puts a list of photographs into the queues, and waits for the end:
//   REDIS_URL=redis://host:6379 node start.mjs photographs.txt model out [shards]
import path from 'node:path';
import { FlowProducer, QueueEvents } from 'bullmq';
import { connect } from './connection.mjs';

const [list, model, out] = process.argv.slice(2, 5).map((name) => path.resolve(name));
const n = Number(process.argv[5] ?? 8);

const connection = connect();
const events = new QueueEvents('merge', { connection });
await events.waitUntilReady();
const flow = new FlowProducer({ connection });
const opts = { attempts: 100, backoff: { type: 'fixed', delay: 1000 } };
const { job } = await flow.add({
  name: 'merge',
  queueName: 'merge',
  data: { out },
  opts,
  children: Array.from({ length: n }, (_, i) => ({
    name: `${i + 1}/${n}`,
    queueName: 'segment',
    data: { list, model, out, k: i + 1, n },
    opts: { ...opts, failParentOnFailure: true },
  })),
});
try {
  console.log(await job.waitUntilFinished(events));
} finally {
  await Promise.all([flow.close(), events.close()]);
  connection.disconnect();
}
