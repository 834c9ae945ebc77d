import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodeRle, formatRle } from '@seg/coco-eval';
import { encodePanopticPng } from '@seg/image';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluateCommand } from '../src/commands/evaluate.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'seg-altered-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Values that stand where others should; MISSING takes the field away. */
const MISSING = Symbol('missing');
const BAD: [string, unknown][] = [
  ['text', 'x'],
  ['NaN', 'NaN-here'],
  ['null', null],
  ['missing', MISSING],
  ['huge', 1e300],
  ['negative', -7],
  ['fraction', 0.5],
  ['nested', { a: [{}] }],
  ['list', [[]]],
  ['true', true],
];

const mask = formatRle(
  encodeRle(
    Uint8Array.from({ length: 200 }, (_, i) => Number(i % 20 > 3)),
    10,
    20,
  ),
);
const object = { category_id: 3, bbox: [1, 1, 8, 8], area: 64, iscrowd: 0 };
const square = [[1, 1, 9, 1, 9, 9, 1, 9]];
const image = { id: 5, width: 20, height: 10, file_name: 'a.png' };
const INSTANCES = {
  images: [image, { ...image, id: 6 }],
  annotations: [
    { ...object, id: 1, image_id: 5, segmentation: square },
    { ...object, id: 2, image_id: 6, segmentation: mask },
  ],
  categories: [{ id: 3, name: 'cat' }],
};
const RESULTS = [
  { image_id: 5, category_id: 3, score: 0.5, segmentation: mask },
  { image_id: 6, category_id: 3, score: 0.25, bbox: [1, 1, 8, 8], segmentation: mask },
];
const segment = { id: 7, category_id: 3, area: 200, bbox: [0, 0, 20, 10], iscrowd: 0 };
const PANOPTIC = {
  images: [image],
  annotations: [{ image_id: 5, file_name: 'a.png', segments_info: [segment] }],
  categories: [{ id: 3, name: 'cat', isthing: 1 }],
};

/** Every path of a value, apart from fields that no evaluation reads. */
function* pathsOf(value: unknown, at: (string | number)[] = []): Generator<(string | number)[]> {
  yield at;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inside] of Object.entries(value)) yield* pathsOf(inside, [...at, Array.isArray(value) ? +key : key]);
}

function altered(value: unknown, [key, ...rest]: (string | number)[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string | number, unknown>;
  if (rest.length > 0 || by !== MISSING) copy[key] = altered(copy[key], rest, by);
  else if (Array.isArray(copy)) copy.splice(key as number, 1);
  else delete copy[key];
  return copy;
}

async function errorOf(args: readonly string[]): Promise<Error | null> {
  const command = evaluateCommand({ print() {}, warn() {}, progress: { show() {}, clear() {} } });
  for (const part of [command, ...command.commands]) part.exitOverride().configureOutput({ writeErr() {} });
  return command.parseAsync(args, { from: 'user' }).then(
    () => null,
    (error: Error) => error,
  );
}

function write(name: string, value: unknown): string {
  const file = path.join(folder, name);
  writeFileSync(file, JSON.stringify(value).replaceAll('"NaN-here"', 'NaN'));
  return file;
}

/** The file, a place in it, and our form, in one line. */
const IN_PLACE = /^[^\n]*[gd]t\.json: [^\n]*expected [^\n]*, got [^\n]*$/;

type Pair = { gt: unknown; dt: unknown };

/** Runs an evaluation for each field altered in each way. @returns what was accepted, as `path = kind` */
async function acceptedOf(whole: Pair, which: keyof Pair, args: readonly string[]): Promise<string[]> {
  const accepted: string[] = [];
  for (const at of pathsOf(whole[which])) {
    for (const [name, bad] of BAD) {
      if (at.length === 0 && bad === MISSING) continue;
      const { gt, dt }: Pair = { ...whole, [which]: altered(whole[which], at, bad) };
      const error = await errorOf([...args, '--gt', write('gt.json', gt), '--dt', write('dt.json', dt)]);
      if (error !== null) expect(error.message, `${at.join('.')} = ${name}`).toMatch(IN_PLACE);
      else accepted.push(`${at.join('.')} = ${name}`);
    }
  }
  return accepted;
}

/**
 * Accepted with the meaning that the references give it: what nothing reads, what Python takes for true or false, ids of
 * nothing, NaN where pycocotools goes on with it, and fields that this evaluation needs not.
 */
const HARMLESS = [
  /file_name|iscrowd|^images|= (missing|huge|negative|fraction)$/,
  /(image_id|category_id|categories\.0\.id|name) = text$/,
  /(area|score|^\d\.bbox\.\d) = NaN$/,
];

const harmful = (accepted: string[]) => accepted.filter((one) => !HARMLESS.some((pattern) => pattern.test(one)));

const OPTIONS: string[][] = [[], ['--no-check'], ['--iou-type', 'bbox'], ['--rules', 'lvis']];

describe.each(OPTIONS.map((options) => ({ name: options.join(' '), options })))('instances $name', ({ options }) => {
  test.each(['gt', 'dt'] as const)('every field of %s', { timeout: 60_000 }, async (which) => {
    const whole = { gt: INSTANCES, dt: RESULTS };
    expect(
      await errorOf(['instances', ...options, '--gt', write('gt.json', whole.gt), '--dt', write('dt.json', whole.dt)]),
    ).toBeNull();
    const isUnread = (one: string) => options.includes('bbox') && /segmentation.* = (list|text)$/.test(one);
    const accepted = await acceptedOf(whole, which, ['instances', ...options]);
    expect(harmful(accepted).filter((one) => !isUnread(one))).toEqual([]);
  });
});

test.each(['gt', 'dt'] as const)('panoptic: every field of %s', { timeout: 60_000 }, async (which) => {
  mkdirSync(path.join(folder, 'png'), { recursive: true });
  const ids = new Int32Array(200).fill(7);
  writeFileSync(path.join(folder, 'png', 'a.png'), encodePanopticPng({ ids, width: 20, height: 10 }));
  const pngs = ['--gt-folder', path.join(folder, 'png'), '--dt-folder', path.join(folder, 'png')];
  const accepted = await acceptedOf({ gt: PANOPTIC, dt: PANOPTIC }, which, ['panoptic', ...pngs]);
  const isUnread = (one: string) => /segments_info\.0\.bbox|isthing = true/.test(one); // panopticapi measures boxes itself
  expect(harmful(accepted).filter((one) => !isUnread(one))).toEqual([]);
});
