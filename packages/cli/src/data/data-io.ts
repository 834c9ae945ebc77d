import { Progress } from '../render/progress.ts';

/** Outputs of the data commands, replaced in tests. */
export type DataIo = {
  print(text: string): void;
  warn(text: string): void;
  progress: Pick<Progress, 'show' | 'clear'>;
};

/** Standard output and error. */
export const processIo: DataIo = {
  print: (text) => console.log(text),
  warn: (text) => console.error(text),
  progress: new Progress(),
};

/** Shows progress on a terminal; a log of thousands of images would hide what is found. */
export function onTerminal(io: DataIo, what: string): ((done: number, total: number) => void) | undefined {
  return process.stderr.isTTY ? (done, total) => io.progress.show(done, total, what) : undefined;
}
