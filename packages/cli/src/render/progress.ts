/** Stream of progress: a terminal that can rewrite its line, or a log that cannot. */
export type ProgressStream = { isTTY?: boolean; write(text: string): unknown };

/**
 * One line of progress on standard error, so that standard output stays clean for tables and JSON. On a terminal it is
 * rewritten in place; in a log only the beginnings of steps are written.
 */
export class Progress {
  private readonly stream: ProgressStream;

  constructor(stream: ProgressStream = process.stderr) {
    this.stream = stream;
  }

  /** @param done Steps finished, of `total`; null where nobody knows */
  show(done: number, total: number | null, what: string): void {
    this.write(total === null ? `[${done}]` : this.place(done, total), what);
  }

  private place(done: number, total: number): string {
    if (!this.stream.isTTY) return `[${done}/${total}]`;
    const filled = Math.round((20 * done) / Math.max(1, total));
    return `[${'#'.repeat(filled)}${'.'.repeat(20 - filled)}] ${done}/${total}`;
  }

  private write(place: string, what: string): void {
    this.stream.write(this.stream.isTTY ? `\r\x1b[2K${place} ${what}` : `${place} ${what}\n`);
  }

  /** Clears the line before other output. */
  clear(): void {
    if (this.stream.isTTY) this.stream.write('\r\x1b[2K');
  }
}
