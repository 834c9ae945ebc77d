import { main } from '../main.ts';
import { terminalText } from '../render/terminal-text.ts';
import { EXIT } from './exit-code.ts';
import { requestFinish } from './finish-on-signal.ts';
import { watchOutput } from './output.ts';
import { removeUnfinished } from './unfinished.ts';

/** Runs the command as a process of its own: signals, closed pipes and unforeseen errors end it in order. */
export async function runProcess(argv: readonly string[]): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt(EXIT[signal]));
  process.on('uncaughtException', (error) => {
    console.error(terminalText(`seg: internal error: ${error.stack ?? error}`));
    end(EXIT.fault);
  });
  watchOutput((reason) => {
    console.error(terminalText(`seg: ${reason}`));
    end(EXIT.input);
  });
  endWithParent();
  process.exitCode = await main(argv);
}

/** A command that can, finishes its unit first; a second signal does not wait for it. */
function interrupt(code: number): void {
  if (!requestFinish(code)) end(code);
}

/** The unit at work is dropped; what was finished is on disk already. */
function end(code: number): void {
  removeUnfinished();
  process.exit(code);
}

/** A worker has a channel to its parent; where the parent is killed, nobody else would end the worker. */
function endWithParent(): void {
  if (process.send === undefined) return;
  if (!process.connected) end(EXIT.SIGTERM); // killed before this process had begun
  process.once('disconnect', () => end(EXIT.SIGTERM));
  process.channel?.unref();
}
