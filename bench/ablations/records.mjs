// Results of runs, a line of JSON each, so that what is killed goes on where it stopped.
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import path from 'node:path';

/** @returns Records of a file, none where there is no file; a last line that was cut off is left out */
export function readRecords(file) {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  const isCut = lines.at(-1) !== '';
  return lines
    .slice(0, isCut ? -1 : undefined)
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Appends a record; a last line that was cut off makes way for it. */
export function appendRecord(file, record) {
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  if (existsSync(file)) {
    const bytes = readFileSync(file);
    truncateSync(file, bytes.lastIndexOf('\n') + 1);
  }
  appendFileSync(file, `${JSON.stringify(record)}\n`);
}

/** True if a run has its record. */
export function isDone(records, { arm, seed, steps }) {
  return records.some((one) => one.arm === arm && one.seed === seed && one.steps === steps);
}
