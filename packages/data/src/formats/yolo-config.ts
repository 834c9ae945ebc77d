import { describeValue, FormatError } from '@seg/checkpoint/safetensors';
import { parse } from 'yaml';

/** Longest data.yaml that is read: 20,000 names with their numbers stay below it. */
const MOST_YAML = 2 ** 20;

/** Content of a data.yaml of YOLO: names by class, and where the images of each split are. */
export type YoloConfig = {
  names: string[];
  /** Folder that the splits' paths begin in, empty for that of the file. */
  root: string;
  /** Paths by the names `train`, `val` and `test`. */
  splits: Map<string, string[]>;
};

/**
 * Reads a data.yaml as ultralytics has it.
 *
 * @throws FormatError of one line
 */
export function parseYoloConfig(text: string, name: string): YoloConfig {
  const yaml = parseYaml(text, name);
  const { kpt_shape: points = null } = yaml;
  if (points !== null) {
    const got = `key points (kpt_shape ${describeValue(points)}): export the data with polygons`;
    throw new FormatError(`${name}: expected masks, got ${got}`);
  }
  const splits = new Map<string, string[]>();
  for (const split of ['train', 'val', 'valid', 'test']) {
    const places = yaml[split];
    if (places === undefined || places === null || places === '') continue;
    splits.set(split === 'valid' ? 'val' : split, readPlaces(places, `${name}: ${split}`));
  }
  if (splits.size === 0) throw new FormatError(`${name}: expected train, val or test, got none`);
  const root = yaml.path ?? '';
  if (typeof root !== 'string') throw new FormatError(`${name}: expected path as text, got ${describeValue(root)}`);
  return { names: readNames(yaml, name), root, splits };
}

function parseYaml(text: string, name: string): Record<string, unknown> {
  if (text.length > MOST_YAML) {
    throw new FormatError(`${name}: expected at most ${MOST_YAML} characters of YAML, got ${text.length}`);
  }
  let value: unknown;
  try {
    value = parse(text, { logLevel: 'error' });
  } catch (error) {
    throw new FormatError(`${name}: expected YAML, got ${(error as Error).message.split('\n')[0]}`, { cause: error });
  }
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new FormatError(`${name}: expected names and paths, got ${describeValue(value)}`);
}

function readPlaces(value: unknown, where: string): string[] {
  const places = Array.isArray(value) ? value : [value];
  for (const place of places) {
    if (typeof place !== 'string') throw new FormatError(`${where}: expected a path, got ${describeValue(place)}`);
  }
  return places as string[];
}

function readNames({ names, nc }: Record<string, unknown>, name: string): string[] {
  const list = Array.isArray(names) ? names : namesByNumber(names, name);
  const bad = list.findIndex((each) => typeof each !== 'string' && typeof each !== 'number');
  if (bad >= 0) throw new FormatError(`${name}: names[${bad}]: expected a name, got ${describeValue(list[bad])}`);
  const count = typeof nc === 'string' && /^\s*\d+\s*$/.test(nc) ? Number(nc) : (nc ?? undefined);
  if (count !== undefined && count !== list.length) {
    throw new FormatError(`${name}: expected nc names, ${describeValue(nc)}, got ${list.length}`);
  }
  return list.map(String);
}

function namesByNumber(names: unknown, name: string): unknown[] {
  if (names === null || typeof names !== 'object') {
    throw new FormatError(`${name}: expected names, got ${describeValue(names)}`);
  }
  const byNumber = names as Record<string, unknown>;
  const count = Object.keys(byNumber).length;
  return Array.from({ length: count }, (_, i) => {
    if (Object.hasOwn(byNumber, String(i))) return byNumber[String(i)];
    throw new FormatError(`${name}: expected names 0 to ${count - 1}, got none for ${i}`);
  });
}
