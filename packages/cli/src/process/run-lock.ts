import { readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { systemReason } from '@seg/checkpoint/node';
import { Temporary } from './exit-code.ts';
import { isRunning } from './is-running.ts';
import { removeIfInterrupted } from './unfinished.ts';

/** Ten seconds between two signs of life. */
const HEARTBEAT = 10_000;

/** Ten minutes without a sign of life: the longest pass of the largest model on one core takes less. */
const STALE = 600_000;

/**
 * Takes a lock, so that no two runs write the same files. That of a process that is no more is taken over: of this
 * machine by its number, of others when it has given no sign of life for ten minutes.
 *
 * @param where The command, for messages
 * @returns What gives it back
 * @throws Temporary where another run has it
 */
export async function takeLock(where: string, file: string): Promise<() => void> {
  const text = JSON.stringify({ pid: process.pid, host: hostname() });
  while (!(await create(where, file, text))) {
    const lock = readLock(where, file);
    if (lock === null) continue; // given back in the meantime
    const holder = holderOf(lock);
    if (holder !== null)
      throw new Temporary(`${where}: expected one run in a folder, got another, ${holder} (${file})`);
    await removeStale(where, file, lock.text);
  }
  const beat = setInterval(() => touch(file), HEARTBEAT).unref();
  const remove = () => rmSync(file, { force: true });
  const done = removeIfInterrupted(remove);
  return () => {
    clearInterval(beat);
    done();
    remove();
  };
}

async function create(where: string, file: string, text: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    await handle.writeFile(text).finally(() => handle.close());
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new Error(`${where}: expected to write ${file}, got ${systemReason(error)}`, { cause: error });
  }
}

type Lock = { text: string; age: number };

/** Reads a lock, or null where there is none. */
function readLock(where: string, file: string): Lock | null {
  try {
    return { age: Date.now() - statSync(file).mtimeMs, text: readFileSync(file, 'utf8') };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Error(`${where}: expected a lock ${file}, got ${systemReason(error)}`, { cause: error });
  }
}

/** Of several that find a lock stale, one takes it away; another may take a new one by that, and puts it back. */
async function removeStale(where: string, file: string, stale: string): Promise<void> {
  const aside = `${file}.${process.pid}`;
  await rename(file, aside).catch(() => {});
  if (readLock(where, aside)?.text === stale) await rm(aside, { force: true });
  else await rename(aside, file).catch(() => {});
}

/** Tells who holds a lock; null where nobody does any more. */
function holderOf({ text, age }: Lock): string | null {
  const { pid, host } = parseHolder(text);
  if (host !== hostname()) return age > STALE ? null : `process ${pid} of ${host}`;
  return pid !== process.pid && isRunning(pid) ? `process ${pid}` : null; // this process has none yet
}

/** A lock that was torn while it was written is nobody's. */
function parseHolder(text: string): { pid: number; host: string } {
  try {
    const { pid, host } = JSON.parse(text) as { pid?: unknown; host?: unknown };
    if (Number.isSafeInteger(pid) && typeof host === 'string') return { pid: pid as number, host };
  } catch {
    // below
  }
  return { pid: process.pid, host: hostname() };
}

function touch(file: string): void {
  const now = new Date();
  try {
    utimesSync(file, now, now);
  } catch {
    // the next sign may be given
  }
}
