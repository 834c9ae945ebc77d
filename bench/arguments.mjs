// Arguments of the benchmarks: checked before anything is measured, with versions in the first line of what is printed.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { versionsOf } from './versions.mjs';

/** @typedef {{ type: 'string' | 'boolean', default?: string | boolean, expected?: string, holds?: (text: string) => boolean }} Kind */

const isCount = (text) => /^[1-9]\d{0,8}$/.test(text);
const SHOWN = 8;

/** Names of `useBackend`. */
export const BACKENDS = ['wasm', 'node', 'node-gpu', 'webgpu', 'cpu'];

/** A whole number from 1 on. */
export const count = (value) => ({
  type: 'string',
  default: value,
  expected: 'a whole number from 1 on',
  holds: isCount,
});

/** Several of them, with commas. */
export const counts = (value) => ({
  type: 'string',
  default: value,
  expected: 'whole numbers from 1 on with commas',
  holds: (text) => text.split(',').every(isCount),
});

/** Height and width: `800x1088`. */
export const size = (value) => ({
  type: 'string',
  default: value,
  expected: 'a height and a width, as 800x1088',
  holds: (text) => text.split('x').length === 2 && text.split('x').every(isCount),
});

export const text = (value) => ({ type: 'string', default: value });
export const flag = () => ({ type: 'boolean', default: false });

/** One of some names. */
export const oneOf = (names, value) => ({
  type: 'string',
  default: value,
  expected: `one of ${listed(names)}`,
  holds: (word) => names.includes(word),
});

/** Some of them, with commas. */
export const someOf = (names, value) => ({
  type: 'string',
  default: value,
  expected: `some of ${listed(names)}`,
  holds: (words) => words.split(',').every((word) => names.includes(word)),
});

/** A part of at least one of some names. */
export const partOf = (names, value) => ({
  type: 'string',
  default: value,
  expected: `a part of ${listed(names)}`,
  holds: (part) => names.some((name) => name.includes(part)),
});

function listed(names) {
  const rest = names.length - SHOWN;
  return rest > 0 ? `${names.slice(0, SHOWN).join(', ')} and ${rest} more` : names.join(', ');
}

/**
 * Checks arguments; what is right is handed on as the text that it is.
 *
 * @param {string} where Of errors
 * @param {Record<string, Kind>} options By name
 * @param {Record<string, Kind>} places What stands without a name, in this order; the last may come again
 * @returns {{ values: Record<string, any>, positionals: string[] }} @throws RangeError naming what is unknown or wrong
 */
export function checkArguments(where, args, options, places = {}) {
  const { values, positionals } = parsed(where, args, options);
  const names = Object.keys(places);
  if (names.length === 0 && positionals.length > 0) {
    throw new RangeError(`${where}: expected nothing but ${known(options)}, got ${positionals[0]}`);
  }
  for (const [name, kind] of Object.entries(options)) check(where, `--${name}`, kind, values[name]);
  for (const [at, value] of positionals.entries()) {
    const name = names[Math.min(at, names.length - 1)];
    check(where, name, places[name], value);
  }
  return { values, positionals };
}

function parsed(where, args, options) {
  const told = Object.entries(options).map(([name, kind]) => [
    name,
    { type: kind.type, ...(kind.default !== undefined && { default: kind.default }) },
  ]);
  try {
    return parseArgs({ args, allowPositionals: true, options: Object.fromEntries(told) });
  } catch (error) {
    throw new RangeError(`${where}: expected ${known(options)}, got: ${error.message.split('. ')[0]}`);
  }
}

const known = (options) => [...Object.keys(options), 'help'].map((name) => `--${name}`).join(', ');

function check(where, name, { expected, holds }, value) {
  if (value === undefined || holds === undefined || holds(value)) return;
  throw new RangeError(`${where}: expected ${name} to be ${expected}, got ${JSON.stringify(value)}`);
}

/**
 * Reads the arguments of a script and prints versions. `--help` prints the comment that the script begins with.
 *
 * @param {string} url Of the script
 * @param {Record<string, Kind>} options
 * @param {{ places?: Record<string, Kind>, peers?: (values: Record<string, any>) => string, also?: (values: Record<string, any>, positionals: string[]) => string | undefined }} [further]
 *   Engines whose versions are told, with commas; what else is expected of the values, where they are not so
 */
export function readArguments(url, options, { places, peers = () => '', also = () => undefined } = {}) {
  const script = fileURLToPath(url);
  const where = path.relative(path.join(import.meta.dirname, '..'), script);
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    console.log(helpOf(readFileSync(script, 'utf8')));
    process.exit(0);
  }
  try {
    const found = checkArguments(where, args, options, places);
    const missed = also(found.values, found.positionals);
    if (missed !== undefined) throw new RangeError(`${where}: ${missed}`);
    console.log(versionsOf(peers(found.values)));
    return found;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

/** Text of the comment that a script begins with. */
export function helpOf(source) {
  const lines = source.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  return lines
    .slice(0, end)
    .map((line) => line.replace(/^\/\/ ?/, ''))
    .join('\n');
}
