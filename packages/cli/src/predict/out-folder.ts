import { randomUUID } from 'node:crypto';
import { access, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { FormatError } from '@seg/checkpoint';
import { makeFolder, systemReason, writeFileAtomic } from '@seg/checkpoint/node';

import { realPlace, realPlaces } from '../process/new-files.ts';

/**
 * Creates the folder for results and proves that it can be written to, before hours are spent.
 *
 * @param own Names that the run is going to write
 * @param inputs Files that it reads, which are never replaced
 * @param mayReplace Whether files of these names may be there
 * @throws Error of one line, where the folder cannot be written to, or has a file that the run has not made
 */
export async function prepareOutFolder(
  folder: string,
  own: readonly string[],
  inputs: readonly string[],
  mayReplace: boolean,
): Promise<void> {
  const probe = path.join(folder, `.seg-${randomUUID()}`);
  try {
    await makeFolder(folder);
    await writeFileAtomic(probe, 'writable\n');
    await rm(probe);
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new Error(`predict: expected a folder ${folder} to write to, got ${systemReason(cause)}`, { cause: error });
  }
  await requireOthers(folder, own, inputs);
  if (mayReplace) return;
  const present = new Set(await readdir(folder));
  const other = own.find((name) => present.has(name));
  if (other === undefined) return;
  const advice = 'another --out, --resume to go on, or --force to replace it';
  throw new FormatError(`predict: expected no ${path.join(folder, other)} (${advice}), got a file`);
}

async function requireOthers(folder: string, own: readonly string[], inputs: readonly string[]): Promise<void> {
  const written = await realPlaces(own.map((name) => path.join(folder, name)));
  for (const file of inputs) {
    if (!written.has(await realPlace(file))) continue;
    throw new FormatError(`predict: expected outputs apart from inputs, got ${file} as both`);
  }
}

/** Removes what a killed process of this run was writing. Whoever calls holds the run's lock: nobody writes them now. */
export async function removeTorn(folder: string, own: readonly string[]): Promise<void> {
  const names = new Set(own);
  for (const name of await readdir(folder)) {
    const [, whole] = /^\.(.+)\.\d+-\d+\.part$/.exec(name) ?? [];
    const isOwn = whole !== undefined && (names.has(whole) || own.some((one) => isCutOf(whole, one)));
    if (isOwn) await rm(path.join(folder, name), { force: true });
  }
}

/** Bytes from which on the name of a part may be a cut one. */
const LONG = 200;

const isCutOf = (part: string, name: string) => Buffer.byteLength(part) > LONG && name.startsWith(part);

/** Looks for files in a folder. @returns Whether all are there */
export async function hasFiles(folder: string, names: readonly string[]): Promise<boolean> {
  const found = await Promise.allSettled(names.map((name) => access(path.join(folder, name))));
  return found.every(({ status }) => status === 'fulfilled');
}
