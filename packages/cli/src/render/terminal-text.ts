import { escapeControls } from '@seg/coco-eval';

/** A text of several lines for a terminal. What files and arguments have put into it cannot steer the terminal. */
export function terminalText(text: string): string {
  return text.split('\n').map(escapeControls).join('\n');
}
