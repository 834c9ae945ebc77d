import { constants } from 'node:fs';
import { access, lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { FormatError } from '@seg/checkpoint';
import { systemReason } from '@seg/checkpoint/node';

/** Outputs of a command, and what they may not replace. */
export type NewFiles = {
  /** Files that the command is going to write. */
  outputs: readonly string[];
  /** A folder that it makes for some of them. */
  folder?: string | undefined;
  /** Files that it reads, which are never replaced. */
  inputs?: readonly string[];
  /** True where the user has said that files may be replaced. */
  force?: boolean | undefined;
  /** Ways out, told with a file that is in the way. */
  advice?: string;
};

/**
 * Makes sure that outputs can be written and replace nothing, before work is spent: no file is there already unless
 * `force`; none is an input, a folder, a device, or another output; their folders are there and can be written to.
 *
 * @param where The command, for messages
 * @throws FormatError of one line at the first that cannot be
 */
export async function requireNewFiles(where: string, files: NewFiles): Promise<void> {
  const { outputs, folder, inputs = [], force = false, advice = 'another name, or --force to replace it' } = files;
  const read = await realPlaces(inputs);
  const written = new Set<string>();
  for (const file of outputs) {
    const at = await realPlace(file);
    if (read.has(at)) throw new FormatError(`${where}: expected outputs apart from inputs, got ${file} as both`);
    if (written.has(at)) throw new FormatError(`${where}: expected different outputs, got ${file} twice`);
    written.add(at);
    await requireFree(where, file, force, advice);
    await requireFolder(where, path.dirname(file), path.dirname(file) === folder);
  }
}

async function requireFree(where: string, file: string, mayReplace: boolean, advice: string): Promise<void> {
  const found = await lstat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new FormatError(`${where}: expected to write ${file}, got ${systemReason(error)}`);
  });
  if (found === null) return;
  if (mayReplace && (found.isFile() || found.isSymbolicLink())) return;
  const kind = found.isFile() ? 'a file' : found.isDirectory() ? 'a folder' : found.isSymbolicLink() ? 'a link' : null;
  if (kind === null || (mayReplace && found.isDirectory())) {
    throw new FormatError(`${where}: expected a file to write, got ${file}, which is ${kind ?? 'a device or pipe'}`);
  }
  throw new FormatError(`${where}: expected no ${file} (${advice}), got ${kind}`);
}

/** @param isMade Whether the command makes the folder where it is absent: then the nearest above it counts */
async function requireFolder(where: string, folder: string, isMade: boolean): Promise<void> {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const error = await access(at, constants.W_OK).catch((reason: NodeJS.ErrnoException) => reason);
    if (error === undefined) return;
    if (isMade && error.code === 'ENOENT' && at !== path.dirname(at)) continue;
    throw new FormatError(`${where}: expected a folder ${folder} to write to, got ${systemReason(error)}`);
  }
}

/** Files by their one names. */
export async function realPlaces(files: readonly string[]): Promise<Set<string>> {
  const places = new Set<string>();
  for (const file of files) places.add(await realPlace(file)); // of a hundred thousand at once all descriptors would go
  return places;
}

/** A file by its one name, whatever links lead to its folder. */
export async function realPlace(file: string): Promise<string> {
  const whole = path.resolve(file);
  const real = await realpath(whole).catch(() => null);
  if (real !== null) return real;
  const folder = path.dirname(whole);
  return path.join(await realpath(folder).catch(() => folder), path.basename(whole));
}
