import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { FormatError, parseJson, readAs, utf8Text } from '@seg/checkpoint';
import { systemReason } from '@seg/checkpoint/node';
import * as v from 'valibot';

/** 1 GB: names of ten million photographs. */
const LARGEST = 1e9;

const schema = v.object({ images: v.array(v.object({ file_name: v.pipe(v.string(), v.minLength(1)) })) });

/**
 * Reads the names of images from a list: a text file with one a line, or a COCO file with `images`.
 *
 * @param root Folder that relative names are in. Default: that of the list
 * @returns Paths, in the order of the list
 * @throws FormatError where it is neither, or empty
 */
export async function readManifest(file: string, root: string = path.dirname(file)): Promise<string[]> {
  const text = await readText(file);
  const isJson = /^\s*[{[]/.test(text);
  const names = isJson ? readAs(file, schema, parseJson(file, text)).images.map((one) => one.file_name) : linesOf(text);
  if (names.length === 0) throw new FormatError(`${file}: expected names of images, got none`);
  const wrong = names.findIndex((name) => name.includes('\0'));
  if (wrong >= 0) throw new FormatError(`${file}: expected a list of names, got a file that is no text`);
  return names.map((name) => path.resolve(root, name));
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > LARGEST) throw new FormatError(`${file}: expected a list of at most ${LARGEST} bytes, got ${size}`);
    return utf8Text(file, await readFile(file), 'a list of names');
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(`${file}: expected a list of images, got ${systemReason(error)}`, { cause: error });
  }
}
