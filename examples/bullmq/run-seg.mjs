import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { UnrecoverableError } from 'bullmq';

const seg = path.join(path.dirname(createRequire(import.meta.url).resolve('@seg/cli/package.json')), 'bin/seg.mjs');

// Where the worker is killed, nobody else would end the process of its processor.
process.once('disconnect', () => process.exit(1));

/**
 * Runs `seg` in a process of its own, which ends when this one does.
 *
 * @throws UnrecoverableError where the input is wrong (1, 2): no try helps. Error for the machine's faults: the job is tried again
 */
export async function runSeg(args) {
  const child = spawn(process.execPath, [seg, ...args], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (data) => (texts.stdout = (texts.stdout + data).slice(-10_000)));
  child.stderr.on('data', (data) => (texts.stderr = (texts.stderr + data).slice(-10_000)));
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code === 0) return texts.stdout.trim().split('\n').at(-1);
  const reason = `seg: exit code ${code}: ${texts.stderr.trim().split('\n').at(-1)}`;
  throw code === 1 || code === 2 ? new UnrecoverableError(reason) : new Error(reason);
}
