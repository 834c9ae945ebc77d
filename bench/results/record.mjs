// Results of the benchmarks, a row for each date, machine and setting: NAME.csv beside this file.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';

/** What tells rows apart, in front of the engines' columns. */
export const KEYS = ['date', 'machine', 'runtime', 'threads', 'system', 'size'];

/** Date, machine and runtime of a run that is made now. */
export function thisRun(threads, now = new Date()) {
  const [{ model }] = cpus();
  return {
    date: now.toISOString().slice(0, 10),
    machine: `${cpus().length} x ${model}`.replaceAll(',', ' '),
    runtime: `Node ${process.versions.node.split('.')[0]}`,
    threads: String(threads),
  };
}

/** Writes the seconds of each engine into the row of a run; a later run of the same day, machine and setting keeps those of other engines. */
export function recordRow(name, run, seconds, folder = import.meta.dirname) {
  const file = path.join(folder, `${name}.csv`);
  const rows = existsSync(file) ? readRows(readFileSync(file, 'utf8'), file) : [];
  writeFileSync(file, writeRows(withRow(rows, run, seconds)));
}

/** @param {Record<string, string>[]} rows @param {Record<string, string>} run @param {Record<string, number>} seconds */
export function withRow(rows, run, seconds) {
  const wrong = Object.entries(seconds).find(([, value]) => !(Number.isFinite(value) && value > 0));
  if (wrong !== undefined) throw new RangeError(`results: expected seconds above 0 for ${wrong[0]}, got ${wrong[1]}`);
  const keyOf = (row) => KEYS.map((key) => row[key] ?? '').join(',');
  const earlier = rows.find((other) => keyOf(other) === keyOf(run));
  const row = {
    ...earlier,
    ...run,
    ...Object.fromEntries(Object.entries(seconds).map(([name, value]) => [name, value.toFixed(3)])),
  };
  const others = rows.filter((other) => keyOf(other) !== keyOf(row));
  return [...others, row].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** @returns {Record<string, string>[]} */
export function readRows(text, where = 'results') {
  const [head, ...lines] = text.trimEnd().split('\n');
  const names = head.split(',');
  return lines.map((line, i) => {
    const cells = line.split(',');
    if (cells.length !== names.length) {
      throw new Error(`${where}: expected ${names.length} cells in line ${i + 2}, got ${cells.length}`);
    }
    return Object.fromEntries(names.map((name, at) => [name, cells[at]]).filter(([, cell]) => cell !== ''));
  });
}

/** @param {Record<string, string>[]} rows */
export function writeRows(rows) {
  const used = new Set(rows.flatMap(Object.keys));
  const engines = [...used].filter((name) => !KEYS.includes(name));
  const names = [...KEYS.filter((key) => used.has(key)), ...engines];
  const bad = rows.flatMap((row) => Object.values(row)).find((cell) => /[,"\n]/.test(cell));
  if (bad !== undefined)
    throw new Error(`results: expected cells without commas and quotes, got ${JSON.stringify(bad)}`);
  return `${[names, ...rows.map((row) => names.map((name) => row[name] ?? ''))].map((cells) => cells.join(',')).join('\n')}\n`;
}
