import { constants } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { FormatError, utf8Text } from '@seg/checkpoint';
import { systemReason } from '@seg/checkpoint/node';
import { JSONParser } from '@streamparser/json';

/**
 * Reads a JSON file. NaN and Infinity, which Python writes and JSON does not know, are accepted. A file longer than
 * JavaScript's strings may be (512 MB, which LVIS and Objects365 pass) is parsed piece by piece, several times slower
 * and without NaN.
 *
 * @param longest Bytes that are read at once
 * @throws Error of one line, with the file's name
 */
export async function readJson<T = unknown>(file: string, longest: number = constants.MAX_STRING_LENGTH): Promise<T> {
  let text: string;
  try {
    if ((await stat(file)).size > longest) return await parsePieces<T>(file);
    text = utf8Text(file, await readFile(file), 'JSON');
  } catch (error) {
    if (error instanceof NotJson || error instanceof FormatError) throw error;
    throw new Error(`${file}: expected a file to read, got ${systemReason(error)}`, { cause: error });
  }
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    if (/\b(?:NaN|Infinity)\b/.test(text)) return parsePythonJson<T>(text, file);
    throw new NotJson(file, error, text);
  }
}

/** UTF-16 without its mark, read as UTF-8: every second byte is zero. */
const UTF16 = /^.\0/s;

class NotJson extends Error {
  constructor(file: string, cause: unknown, text = '') {
    const found = UTF16.test(text) ? 'UTF-16 in place of UTF-8' : (cause as Error).message.replace(/\s+/g, ' ');
    super(`${file}: expected JSON, got ${found}`, { cause });
  }
}

async function parsePieces<T>(file: string): Promise<T> {
  const found: T[] = [];
  const parser = new JSONParser({ paths: ['$'], keepStack: false });
  parser.onValue = ({ value }) => {
    found.push(value as T);
  };
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const piece of createReadStream(file, { highWaterMark: 2 ** 20 })) {
    try {
      decoder.decode(piece, { stream: true }); // the parser would put question marks
      parser.write(piece);
    } catch (error) {
      throw new NotJson(file, error);
    }
  }
  if (found.length !== 1) throw new NotJson(file, new Error('the end of the file too early'));
  return found[0];
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
    throw new NotJson(file, error);
  }
}
