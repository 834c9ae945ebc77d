import { systemReason } from '@seg/checkpoint/node';

let closed = false;

/** Tells whether the reader of standard output has gone, as `| head -1` does: what is printed then is for nobody. */
export function isOutputClosed(): boolean {
  return closed;
}

/**
 * Lets a reader of standard output or error go without an error; results in files are finished.
 *
 * @param fail Ends the process where results cannot be written: a full disk, for one
 */
export function watchOutput(fail: (reason: string) => void): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    closed = true;
    if (error.code !== 'EPIPE') fail(`standard output: expected to write results, got ${systemReason(error)}`);
  });
  process.stderr.on('error', () => {}); // there is nobody to tell
}
