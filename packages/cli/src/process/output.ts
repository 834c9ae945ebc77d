let closed = false;

/** Tells whether the reader of standard output has gone, as `| head -1` does: what is printed then is for nobody. */
export function isOutputClosed(): boolean {
  return closed;
}

/** Lets a reader of standard output or error go without an error; results in files are finished. */
export function watchOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    closed = true;
  });
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
