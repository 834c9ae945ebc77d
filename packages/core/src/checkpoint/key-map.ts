import type { ParamSource, StoredValue } from '../params/param-store.ts';

/**
 * How the keys of a foreign checkpoint become those of a model. Patterns hold indices in braces, `layers.{i}`, with an
 * offset where the counts differ, `{i+2}`, and `{*}` for any rest. The first rule that fits a key decides.
 */
export type KeyRule =
  /** One foreign key, one key of the model. */
  | { foreign: string; ours: string }
  /** One foreign tensor, several of ours: equal parts along its first axis. */
  | { foreign: string; split: readonly string[] }
  /** Several foreign tensors, one of ours: stacked along the first axis, in order. */
  | { stack: readonly string[]; ours: string }
  /** Keys that hold nothing the model needs. */
  | { drop: string };

export type KeyMap = readonly KeyRule[];

/** Reads a foreign checkpoint under the model's own keys. Foreign keys that no rule names keep their name. */
export function renamed(foreign: ParamSource, map: KeyMap): ParamSource {
  const readers = new Map<string, () => StoredValue | null>();
  for (const key of foreign.keys()) {
    for (const [ours, read] of readersOf(key, foreign, map)) readers.set(ours, read);
  }
  return { keys: () => readers.keys(), read: (key) => readers.get(key)?.() ?? null };
}

/** The way back: the model's tensors under foreign keys. The inverse of {@link renamed}, but for dropped keys. */
export function renamedBack(ours: ReadonlyMap<string, StoredValue>, map: KeyMap): Map<string, StoredValue> {
  const inverse = map.flatMap(inverted);
  const source: ParamSource = { keys: () => ours.keys(), read: (key) => ours.get(key) ?? null };
  const back = renamed(source, inverse);
  return new Map([...back.keys()].map((key) => [key, back.read(key)!]));
}

function inverted(rule: KeyRule): KeyRule[] {
  if ('drop' in rule) return [];
  if ('split' in rule) return [{ stack: rule.split, ours: rule.foreign }];
  if ('stack' in rule) return [{ foreign: rule.ours, split: rule.stack }];
  return [{ foreign: rule.ours, ours: rule.foreign }];
}

type Reader = [ours: string, read: () => StoredValue | null];

function readersOf(key: string, source: ParamSource, map: KeyMap): Reader[] {
  for (const rule of map) {
    if ('drop' in rule) {
      if (match(rule.drop, key)) return [];
    } else if ('stack' in rule) {
      const found = firstMatch(rule.stack, key);
      if (found) return [[fill(rule.ours, found), () => stacked(source, rule.stack, found)]];
    } else {
      const found = match(rule.foreign, key);
      if (found && 'ours' in rule) return [[fill(rule.ours, found), () => source.read(key)]];
      if (found && 'split' in rule)
        return rule.split.map((ours, i) => [fill(ours, found), () => part(source, key, i, rule.split.length)]);
    }
  }
  return [[key, () => source.read(key)]];
}

function firstMatch(patterns: readonly string[], key: string): Captures | null {
  for (const pattern of patterns) {
    const found = match(pattern, key);
    if (found) return found;
  }
  return null;
}

function part(source: ParamSource, key: string, index: number, count: number): StoredValue | null {
  const whole = source.read(key);
  if (whole === null || whole.shape[0] % count !== 0) return whole;
  const size = whole.values.length / count;
  const values = whole.values.slice(index * size, (index + 1) * size);
  return { shape: [whole.shape[0] / count, ...whole.shape.slice(1)], values };
}

function stacked(source: ParamSource, patterns: readonly string[], captures: Captures): StoredValue | null {
  const parts = patterns.map((pattern) => source.read(fill(pattern, captures)));
  if (parts.some((value) => value === null)) return null;
  const rows = parts.reduce((sum, value) => sum + value!.shape[0], 0);
  const values = new Float32Array(parts.reduce((sum, value) => sum + value!.values.length, 0));
  let offset = 0;
  for (const value of parts) {
    values.set(value!.values, offset);
    offset += value!.values.length;
  }
  return { shape: [rows, ...parts[0]!.shape.slice(1)], values };
}

type Captures = Record<string, string>;
const HOLE = /\{(\*|[a-z])([+-]\d+)?\}/g;

const compiled = new Map<string, { regex: RegExp; holes: { name: string; offset: number }[] }>();

function compile(pattern: string): { regex: RegExp; holes: { name: string; offset: number }[] } {
  const known = compiled.get(pattern);
  if (known) return known;
  const holes: { name: string; offset: number }[] = [];
  const literals = pattern.split(HOLE);
  let text = '';
  for (let i = 0; i < literals.length; i += 3) {
    text += literals[i].replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const name = literals[i + 1];
    if (name === undefined) break;
    holes.push({ name, offset: Number(literals[i + 2] ?? 0) });
    text += name === '*' ? '(.*)' : '(\\d+)';
  }
  const result = { regex: new RegExp(`^${text}$`), holes };
  compiled.set(pattern, result);
  return result;
}

/** Values of the holes, offsets undone: `{i+2}` on `5` captures i = 3. */
function match(pattern: string, key: string): Captures | null {
  const { regex, holes } = compile(pattern);
  const found = regex.exec(key);
  if (found === null) return null;
  const captures: Captures = {};
  for (const [i, { name, offset }] of holes.entries()) {
    const text = found[i + 1];
    const value = name === '*' ? text : String(Number(text) - offset);
    if ((name !== '*' && Number(value) < 0) || (captures[name] ?? value) !== value) return null;
    captures[name] = value;
  }
  return captures;
}

function fill(pattern: string, captures: Captures): string {
  return pattern.replace(HOLE, (_, name: string, offset?: string) =>
    name === '*' ? captures[name] : String(Number(captures[name]) + Number(offset ?? 0)),
  );
}
