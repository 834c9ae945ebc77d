import { FormatError } from '@seg/checkpoint/safetensors';
import type { Category, Color } from '@seg/image';

/**
 * Reads a `labelmap.txt` as CVAT writes it beside Pascal VOC's folders: a line a label, `name:red,green,blue:parts:actions`.
 *
 * @returns Labels in order, the background among them
 * @throws FormatError naming the line
 */
export function parseLabelmap(text: string, name: string): Category[] {
  const lines = text.split(/\r?\n/).map((line, i) => ({ line: line.trim(), where: `${name}: line ${i + 1}` }));
  return lines
    .filter(({ line }) => line !== '' && !line.startsWith('#'))
    .map(({ line, where }, id) => {
      const found = /^([^:]+):(\d{1,3}),(\d{1,3}),(\d{1,3})(:|$)/.exec(line);
      const color = found?.slice(2, 5).map(Number);
      if (found === null || color === undefined || color.some((channel) => channel > 255)) {
        throw new FormatError(`${where}: expected name:red,green,blue, got ${JSON.stringify(line.slice(0, 80))}`);
      }
      return { id, name: found[1], isThing: found[1] !== 'background', color: color as Color };
    });
}
