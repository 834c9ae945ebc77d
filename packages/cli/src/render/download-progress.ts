import type { DownloadProgress } from '@seg/models';

import { Progress, type ProgressStream } from './progress.ts';
import { terminalText } from './terminal-text.ts';

/** 1 MB: smaller files are there before a line about them could be read. */
const WORTH_TELLING = 1e6;

/** Tenths of a file: a log gets ten lines of it at most. */
const STEPS = 10;

/** Percents of a file: a terminal's line changes that often. */
const FINE_STEPS = 100;

/** Tells of downloads on standard error: file, megabytes, percent. Small files are passed over. */
export class DownloadLines {
  private readonly stream: ProgressStream;
  private last = '';

  constructor(stream: ProgressStream = process.stderr) {
    this.stream = stream;
  }

  show = ({ file, loaded, total }: DownloadProgress): void => {
    if ((total ?? loaded) < WORTH_TELLING) return;
    const steps = this.stream.isTTY ? FINE_STEPS : STEPS;
    const done = total === null ? Math.floor(loaded / 10 / WORTH_TELLING) : Math.floor((steps * loaded) / total);
    if (this.last === `${file} ${done}`) return;
    this.last = `${file} ${done}`;
    const line = terminalText(`${file}  ${megabytes(loaded, total)}`);
    this.stream.write(this.stream.isTTY ? `\r\x1b[2K${line}` : `${line}\n`);
  };

  /** Clears the line before other output. */
  clear(): void {
    new Progress(this.stream).clear();
  }
}

function megabytes(loaded: number, total: number | null): string {
  const inMb = (bytes: number) => (bytes / 1e6).toFixed(1);
  if (total === null) return `${inMb(loaded)} MB`;
  return `${inMb(loaded)} of ${inMb(total)} MB  ${Math.floor((100 * loaded) / total)}%`;
}
