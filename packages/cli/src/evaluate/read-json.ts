import { readFile } from 'node:fs/promises';
import { systemReason } from '@seg/data/node';

/**
 * Reads a JSON file. NaN and Infinity, which Python writes and JSON does not know, are accepted.
 *
 * @throws Error of one line, with the file's name
 */
export async function readJson<T>(file: string): Promise<T> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new Error(`evaluate: expected to read ${file}, got ${systemReason(error)}`, { cause: error });
  }
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    if (/\b(?:NaN|Infinity)\b/.test(text)) return parsePythonJson<T>(text, file);
    throw new Error(`evaluate: expected JSON in ${file}, got ${(error as Error).message}`, { cause: error });
  }
}

const MARK = '\u0000number:';

/** Outside of strings, NaN becomes a marked string that the reviver turns back. */
function parsePythonJson<T>(text: string, file: string): T {
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (token) =>
    token.startsWith('"') ? token : JSON.stringify(MARK + token),
  );
  try {
    return JSON.parse(marked, (_, value) =>
      typeof value === 'string' && value.startsWith(MARK) ? Number(value.slice(MARK.length)) : value,
    ) as T;
  } catch (error) {
    throw new Error(`evaluate: expected JSON in ${file}, got ${(error as Error).message}`, { cause: error });
  }
}
