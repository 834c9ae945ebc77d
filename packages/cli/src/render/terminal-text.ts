import { escapeControls } from '@seg/coco-eval';

/** A text of several lines for a terminal. What files and arguments have put into it cannot steer the terminal. */
export function terminalText(text: string): string {
  return text.split('\n').map(escapeControls).join('\n');
}

/**
 * The message of an error for a terminal: one line, or one with further lines that are indented, as the program writes
 * them. A name of a file with the end of a line in it does not begin another.
 */
export function errorText(message: string): string {
  return message
    .split(/\n(?= {2})/)
    .map(escapeControls)
    .join('\n');
}
