import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { systemReason } from '@seg/checkpoint/node';
import { FormatError, parseJson, utf8Text } from '@seg/checkpoint/safetensors';

/** Longest text of annotations that is read: what a string of JavaScript holds, 2²⁹ characters less some. */
const MOST_TEXT_BYTES = 2 ** 29 - 24;

/** Names in a folder, sorted, without hidden ones; null where there is no such folder. */
export async function folderNames(folder: string): Promise<string[] | null> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => !name.startsWith('.')).sort(byNumbers);
  } catch {
    return null;
  }
}

/** `2.jpg` before `10.jpg`, the same on every machine. */
function byNumbers(a: string, b: string): number {
  const [left, right] = [a.split(/(\d+)/), b.split(/(\d+)/)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    if (left[i] === right[i]) continue;
    const difference = i % 2 === 1 ? Number(left[i]) - Number(right[i]) : 0;
    return difference || (left[i] < right[i] ? -1 : 1);
  }
  return left.length - right.length;
}

/** Endings of images, of kinds too that are not read: they are refused by name, not left out unseen. */
const IMAGE = /\.(jpe?g|jpe|jfif|png|webp|tiff?|avif|gif|bmp|heic|heif|jp2)$/i;

/** Image files of a folder; null where there is no such folder. */
export async function imageNames(folder: string): Promise<string[] | null> {
  const names = await folderNames(folder);
  return names?.filter((name) => IMAGE.test(name)) ?? null;
}

/** Folders of a folder, by name. */
export async function folderFolders(folder: string): Promise<string[]> {
  const names = (await folderNames(folder)) ?? [];
  const areFolders = await Promise.all(names.map((name) => isFolder(path.join(folder, name))));
  return names.filter((_, i) => areFolders[i]);
}

/** Tells if a path is a folder. */
export async function isFolder(place: string): Promise<boolean> {
  return (await stat(place).catch(() => null))?.isDirectory() ?? false;
}

/** Tells if a path is a file. */
export async function isFile(place: string): Promise<boolean> {
  return (await stat(place).catch(() => null))?.isFile() ?? false;
}

/**
 * Reads a text of annotations.
 *
 * @throws FormatError where there is none to read, or it is longer than 512 MB
 */
export async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MOST_TEXT_BYTES) {
      throw new FormatError(`${file}: expected at most ${MOST_TEXT_BYTES} bytes of annotations, got ${size}`);
    }
    return utf8Text(file, await readFile(file), /\.json$/i.test(file) ? 'JSON' : 'text');
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(`${file}: expected a file to read, got ${systemReason(error)}`, { cause: error });
  }
}

/**
 * Reads a JSON file of annotations.
 *
 * @throws FormatError where it is none
 */
export async function readJsonFile(file: string): Promise<unknown> {
  return parseJson(file, await readText(file));
}

/** Names in a text, one a line, of the first folder that has the file; undefined where none has. */
export async function listedNames(folders: readonly string[], name: string): Promise<string[] | undefined> {
  for (const folder of folders) {
    const file = path.join(folder, name);
    if (!(await isFile(file))) continue;
    const names = (await readText(file)).split(/\r?\n/).map((line) => line.trim());
    return names.filter((line) => line !== '');
  }
  return undefined;
}
