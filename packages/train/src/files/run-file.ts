import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '@seg/checkpoint/node';
import { FormatError, parseJson, utf8Text } from '@seg/checkpoint/safetensors';

/**
 * Writes what a run is made of beside its results. Where the file is there, the run continues, and what it is made of
 * must be the same.
 *
 * @param run Plain data
 * @param free Fields that may differ: versions, names of machines
 * @param later Fields that the files of older versions do not have
 * @throws FormatError naming the first field that differs
 */
export async function claimRun(
  file: string,
  run: Record<string, unknown>,
  free: readonly string[],
  later: readonly string[] = [],
): Promise<void> {
  if (existsSync(file)) {
    const before = parseJson(file, utf8Text(file, await readFile(file), 'JSON')) as Record<string, unknown> | null;
    if (typeof before !== 'object' || before === null)
      throw new FormatError(`${file}: expected an object, got ${before}`);
    for (const [field, value] of Object.entries(run)) {
      const isFree = free.includes(field) || (later.includes(field) && !Object.hasOwn(before, field));
      if (!isFree) expectSame(file, field, before[field], value);
    }
  }
  await writeFileAtomic(file, `${JSON.stringify(run, null, 2)}\n`);
}

/** Compares as JSON has it; goes down to the first difference. */
function expectSame(file: string, field: string, before: unknown, now: unknown): void {
  const [was, is] = [before, now].map((value) => JSON.stringify(value));
  if (was === is) return;
  if (isRecord(before) && isRecord(now)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(now)])) {
      expectSame(file, `${field}.${key}`, before[key], now[key]);
    }
    return;
  }
  throw new FormatError(
    `${file}: expected the ${field} of the run that is there, ${shortened(was)}, got ${shortened(is)}`,
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Characters of a value that an error shows: one line. */
const SHOWN = 60;

const shortened = (json: string | undefined): string =>
  json === undefined ? 'nothing' : json.length > SHOWN ? `${json.slice(0, SHOWN)}…` : json;
