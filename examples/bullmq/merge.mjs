// Processor of the queue `merge`: the files of all shards, when all are done.
import { runSeg } from './run-seg.mjs';

export default async function merge({ data: { out } }) {
  return runSeg(['predict', 'merge', out, '--force']);
}
