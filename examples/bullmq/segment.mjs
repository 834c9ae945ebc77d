// Processor of the queue `segment`: one shard of a list of photographs. It runs in a process of its own, so that the worker
// renews the job's lock while a model computes; a shard that was stopped goes on where it was.
import { runSeg } from './run-seg.mjs';

export default async function segment({ data: { list, model, out, k, n } }) {
  const where = ['--list', list, '--model', model, '--out', out, '--shard', `${k}/${n}`];
  return runSeg(['predict', ...where, '--resume', '--on-error', 'skip', '--backend', 'wasm']);
}
