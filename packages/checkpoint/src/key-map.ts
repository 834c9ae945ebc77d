import { FormatError } from './errors.ts';
import { expectValue, type OptionCheck } from './expect-options.ts';
import { listFaults } from './list-faults.ts';
import { expectSource, type ParamSource, type StoredValue } from './param-source.ts';

/**
 * Rules that turn the keys of a foreign checkpoint into a model's. Patterns hold indices in braces, `layers.{i}`,
 * with an offset where the counts differ, `{i+2}`, and `{*}` for any rest. The first rule that fits a key decides.
 */
export type KeyRule =
  /** One foreign key, one key of the model. */
  | { foreign: string; ours: string }
  /** One foreign tensor, several of ours: equal parts along its first axis. */
  | { foreign: string; split: readonly string[] }
  /** Several foreign tensors, one of ours: stacked along the first axis, in order. */
  | { stack: readonly string[]; ours: string }
  /** Keys that hold nothing the model needs. Here two `{*}` may stand for different texts. */
  | { drop: string };

/** Rules in order: plain data beside the model they are for. */
export type KeyMap = readonly KeyRule[];

const RULES: OptionCheck = ['a list of rules', Array.isArray];

/**
 * Reads a foreign checkpoint under the model's own keys. Foreign keys that no rule names keep their name.
 *
 * @throws FormatError listing the foreign keys that would become one of ours twice
 */
export function renamed(foreign: ParamSource, map: KeyMap): ParamSource {
  expectSource('renamed', foreign);
  expectValue('renamed', 'map', map, RULES);
  const readers = new Map<string, Reader>();
  const twice: string[] = [];
  for (const key of foreign.keys()) {
    for (const reader of readersOf(key, foreign, map)) {
      const known = readers.get(reader.ours);
      if (known !== undefined && known.from !== reader.from) {
        twice.push(`${known.from} and ${reader.from} as ${reader.ours}`);
      }
      readers.set(reader.ours, reader);
    }
  }
  if (twice.length > 0) throw new FormatError(`renamed: expected each parameter once, got ${listFaults(twice)}`);
  return {
    keys: () => readers.keys(),
    read: (key) => readers.get(key)?.read() ?? null,
    shape: (key) => readers.get(key)?.shape() ?? null,
  };
}

/** True for keys that a map drops. */
export function isDropped(map: KeyMap, key: string): boolean {
  expectValue('isDropped', 'map', map, RULES);
  const rule = map.find((rule) => firstMatch(foreignPatterns(rule), key, 'drop' in rule) !== null);
  return rule !== undefined && 'drop' in rule;
}

/** The way back: the model's tensors under foreign keys. The inverse of {@link renamed}, but for dropped keys. */
export function renamedBack(ours: ReadonlyMap<string, StoredValue>, map: KeyMap): Map<string, StoredValue> {
  const source: ParamSource = { keys: () => ours.keys(), read: (key) => ours.get(key) ?? null };
  const back = renamed(source, invertedMap(map));
  return new Map([...back.keys()].map((key) => [key, back.read(key)!]));
}

/** The map of the way back. Where several foreign keys become one of ours, the first rule decides. */
export function invertedMap(map: KeyMap): KeyMap {
  expectValue('invertedMap', 'map', map, RULES);
  return map.flatMap(inverted);
}

function inverted(rule: KeyRule): KeyRule[] {
  if ('drop' in rule) return [];
  if ('split' in rule) return [{ stack: rule.split, ours: rule.foreign }];
  if ('stack' in rule) return [{ foreign: rule.ours, split: rule.stack }];
  return [{ foreign: rule.ours, ours: rule.foreign }];
}

/** `from` names what is read, the same for all foreign keys of a stack. */
type Reader = { ours: string; from: string; read(): StoredValue | null; shape(): readonly number[] | null };

function readersOf(key: string, source: ParamSource, map: KeyMap): Reader[] {
  for (const rule of map) {
    const found = firstMatch(foreignPatterns(rule), key, 'drop' in rule);
    if (found === null) continue;
    if ('drop' in rule) return [];
    if ('stack' in rule) return [stackReader(source, rule, found)];
    if ('ours' in rule) return [sameReader(source, key, fill(rule.ours, found))];
    return rule.split.map((ours, i) => partReader(source, key, fill(ours, found), [i, rule.split.length]));
  }
  return [sameReader(source, key, key)];
}

function foreignPatterns(rule: KeyRule): readonly string[] {
  if ('drop' in rule) return [rule.drop];
  return 'stack' in rule ? rule.stack : [rule.foreign];
}

function firstMatch(patterns: readonly string[], key: string, mayDiffer = false): Captures | null {
  for (const pattern of patterns) {
    const found = match(pattern, key, mayDiffer);
    if (found) return found;
  }
  return null;
}

function shapeIn(source: ParamSource, key: string): readonly number[] | null {
  return source.shape ? source.shape(key) : (source.read(key)?.shape ?? null);
}

function sameReader(source: ParamSource, key: string, ours: string): Reader {
  return { ours, from: key, read: () => source.read(key), shape: () => shapeIn(source, key) };
}

/** One of equal parts. A tensor that cannot be divided is given whole, and its shape tells. */
function partReader(source: ParamSource, key: string, ours: string, [index, count]: [number, number]): Reader {
  const partShape = (shape: readonly number[]): readonly number[] =>
    shape.length === 0 || shape[0] % count !== 0 ? shape : [shape[0] / count, ...shape.slice(1)];
  return {
    ours,
    from: key,
    shape: () => {
      const shape = shapeIn(source, key);
      return shape && partShape(shape);
    },
    read: () => {
      const whole = source.read(key);
      if (whole === null || partShape(whole.shape) === whole.shape) return whole;
      const size = whole.values.length / count;
      return { shape: partShape(whole.shape), values: whole.values.slice(index * size, (index + 1) * size) };
    },
  };
}

function stackReader(source: ParamSource, rule: { stack: readonly string[]; ours: string }, found: Captures): Reader {
  const keys = rule.stack.map((pattern) => fill(pattern, found));
  return {
    ours: fill(rule.ours, found),
    from: keys.join(' + '),
    read: () => stacked(keys.map((key) => source.read(key))),
    shape: () => stackedShape(keys.map((key) => shapeIn(source, key))),
  };
}

/** Null where a part is absent, or does not go with the first. */
function stackedShape(shapes: readonly (readonly number[] | null)[]): readonly number[] | null {
  const rest = shapes[0]?.slice(1);
  if (rest === undefined || shapes.some((shape) => shape === null || shape.slice(1).join() !== rest.join()))
    return null;
  return [shapes.reduce((sum, shape) => sum + shape![0], 0), ...rest];
}

function stacked(parts: readonly (StoredValue | null)[]): StoredValue | null {
  const shape = stackedShape(parts.map((part) => part?.shape ?? null));
  if (shape === null) return null;
  const values = new Float32Array(parts.reduce((sum, part) => sum + part!.values.length, 0));
  let offset = 0;
  for (const part of parts) {
    values.set(part!.values, offset);
    offset += part!.values.length;
  }
  return { shape, values };
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
function match(pattern: string, key: string, mayDiffer: boolean): Captures | null {
  const { regex, holes } = compile(pattern);
  const found = regex.exec(key);
  if (found === null) return null;
  const captures: Captures = {};
  for (const [i, { name, offset }] of holes.entries()) {
    const text = found[i + 1];
    const value = name === '*' ? text : String(Number(text) - offset);
    if ((name !== '*' && Number(value) < 0) || (!mayDiffer && (captures[name] ?? value) !== value)) return null;
    captures[name] = value;
  }
  return captures;
}

function fill(pattern: string, captures: Captures): string {
  return pattern.replace(HOLE, (_, name: string, offset?: string) =>
    name === '*' ? captures[name] : String(Number(captures[name]) + Number(offset ?? 0)),
  );
}
