import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { InvalidArgumentError } from 'commander';

import { EXIT, ProgramFault } from '../process/exit-code.ts';
import { removeFolderIfInterrupted, removeIfInterrupted } from '../process/unfinished.ts';

/** Part k of n of the images, k from 1: every n-th image, beginning with the k-th. */
export type Shard = { k: number; n: number };

/** `k/n` as a shard, k from 1 to n. */
export function parseShard(text: string): Shard {
  const [k, n] = /^(\d+)\/(\d+)$/.test(text) ? text.split('/').map(Number) : [0, 0];
  if (!(k >= 1 && k <= n && Number.isSafeInteger(n))) {
    throw new InvalidArgumentError('Expected k/n with k from 1 to n.');
  }
  return { k, n };
}

/** A whole number from 1 on. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!(Number.isInteger(count) && count >= 1))
    throw new InvalidArgumentError('Expected a whole number of at least 1.');
  return Math.min(count, 4 * availableParallelism());
}

/**
 * Runs this very command once for each shard, in processes of their own.
 *
 * @param args The command's arguments, without shard and outputs
 * @returns The files with the states of the shards, and what removes them
 */
export async function runShards(
  args: readonly string[],
  count: number,
): Promise<{ files: string[]; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'seg-evaluate-'));
  const done = removeFolderIfInterrupted(folder);
  const remove = () => rm(folder, { recursive: true, force: true }).finally(done);
  const files = Array.from({ length: count }, (_, k) => path.join(folder, `${k + 1}.json`));
  try {
    await runAll(files.map((file, k) => [...args, '--shard', `${k + 1}/${count}`, '--state', file]));
  } catch (error) {
    await remove();
    throw error;
  }
  return { files, remove };
}

/** Runs all workers; where one fails, the others are ended before its error is told. */
async function runAll(commands: readonly string[][]): Promise<void> {
  const failed = new AbortController();
  const runs = commands.map((args, k) => runSelf(args, `worker ${k + 1} of ${commands.length}`, failed.signal));
  for (const run of runs) run.catch((error) => failed.abort(error));
  await Promise.allSettled(runs);
  if (failed.signal.aborted) throw failed.signal.reason;
}

function runSelf(args: string[], name: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1], ...args], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'], // the channel tells a worker that its parent has gone
    });
    const end = () => void child.kill('SIGTERM');
    const done = removeIfInterrupted(end);
    signal.addEventListener('abort', end, { once: true });
    let message = '';
    child.stderr!.on('data', (data) => (message += data));
    child.on('error', reject);
    child.on('close', (code, killedBy) => {
      signal.removeEventListener('abort', end);
      done();
      if (code === 0) return resolve();
      const reason = reasonOf(name, message, code, killedBy);
      reject(code === EXIT.fault ? new ProgramFault(reason) : new Error(reason));
    });
  });
}

/** The last line that a worker wrote, or how it ended where it wrote none. */
function reasonOf(name: string, message: string, code: number | null, killedBy: NodeJS.Signals | null): string {
  if (killedBy !== null) return `evaluate: expected ${name} to end by itself, got ${killedBy} (out of memory?)`;
  const line = message
    .trim()
    .split('\n')
    .at(-1)
    ?.replace(/^seg: /, '');
  return line || `evaluate: expected ${name} to succeed, got exit code ${code}`;
}
