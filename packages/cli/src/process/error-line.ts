import { errorText } from '../render/terminal-text.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';

/** Line that an error ends a command with; `SEG_DEBUG=1` adds where it comes from. */
export function errorLine(error: unknown): string {
  const fault = exitCodeOf(error) === EXIT.fault ? 'internal error: ' : '';
  return errorText(`seg: ${fault}${describe(error)}`);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return process.env.SEG_DEBUG ? (error.stack ?? error.message) : error.message;
}
