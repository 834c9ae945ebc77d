import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ABLATIONS, FIRST_SIX, runsOf } from '../ablations.mjs';
import { page } from '../page.mjs';
import { appendRecord, isDone, readRecords } from '../records.mjs';
import { compare, section } from '../report.mjs';

let folder;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'seg-ablations-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (arm, seed, figures) => ({ arm, seed, steps: 300, ...figures });
const three = (arm, pq) => [1, 2, 3].map((seed, k) => run(arm, seed, { pq: pq[k], overlap: 60 }));
const baseline = three('mask2former', [50, 53, 47]);
const rows = (pq) => three('full cross-attention', pq);

test('a record that was cut off by a kill is a run to be done again, and those before it are kept', () => {
  const file = path.join(folder, 'records.jsonl');
  appendRecord(file, run('solov2', 1, { ap: 30 }));
  appendFileSync(file, '{"arm":"solov2","seed":2,"st');
  expect(readRecords(file)).toEqual([run('solov2', 1, { ap: 30 })]);
  expect(isDone(readRecords(file), { arm: 'solov2', seed: 2, steps: 300 })).toBe(false);
  appendRecord(file, run('solov2', 2, { ap: 31 }));
  expect(readRecords(file).map(({ ap }) => ap)).toEqual([30, 31]);
  expect(isDone(readRecords(file), { arm: 'solov2', seed: 2, steps: 200 })).toBe(false);
});

test('runs that two ablations share are run once, and seeds come one after the other', () => {
  const runs = runsOf(['masked-attention', 'queries'], [1, 2]);
  expect(runs.map(({ arm, seed }) => `${arm} ${seed}`)).toEqual([
    ...['mask2former 1', 'full cross-attention 1', 'zero query features 1'],
    ...['mask2former 2', 'full cross-attention 2', 'zero query features 2'],
  ]);
});

test('a difference is taken seed by seed: 4, 4 and 4 less is a direction, though seeds differ by 3', () => {
  const text = section('masked-attention', [...baseline, ...rows([46, 49, 43])], 300);
  expect(text).toContain('| masked | 1, 2, 3 | 50.0 ± 3.0 |  |  | 60.0 ± 0.0 |  |  | 51.9 |');
  expect(text).toContain(
    '| full | 1, 2, 3 | 46.0 ± 3.0 | −4.0 ± 0.0 | worse, as in the paper | 60.0 ± 0.0 | −0.0 ± 0.0 | within the spread | 47.1 |',
  );
});

test('what differs from the paper is said, and so is what the spread hides', () => {
  expect(section('masked-attention', [...baseline, ...rows([52, 56, 50])], 300)).toContain('**against the paper**');
  expect(section('masked-attention', [...baseline, ...rows([52, 50, 47])], 300)).toContain('within the spread');
});

test('one seed alone has no spread, and so no direction', () => {
  expect(compare(new Map([[1, 50]]), new Map([[1, 40]]))).toMatchObject({ mean: -10, direction: 'one seed' });
});

test('the page has what was run, and the command for the rest', () => {
  const text = page([...baseline, ...rows([46, 49, 43])], { steps: 300, scenes: 100 });
  expect(text).toContain('## Masked against full cross-attention');
  expect(text).toContain('run.mjs points deep-supervision');
  expect(text).not.toContain('NaN');
});

test('every row has a figure of its paper or none, and the first six are known', () => {
  for (const { rows, published } of Object.values(ABLATIONS)) expect(published.length).toBe(rows.length);
  for (const name of FIRST_SIX) expect(Object.hasOwn(ABLATIONS, name)).toBe(true);
});

test('the command goes on where it was stopped: what has a record is not trained again', () => {
  const [file, docs] = [path.join(folder, 'records.jsonl'), path.join(folder, 'ablations.md')];
  for (const record of [...baseline, ...rows([46, 49, 43])]) appendRecord(file, record);
  const before = readFileSync(file, 'utf8');
  const script = path.join(import.meta.dirname, '../run.mjs');
  const args = [script, 'masked-attention', '--steps', '300', '--records', file, '--docs', docs];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect(readFileSync(docs, 'utf8')).toContain('−4.0 ± 0.0');
});

test('an ablation that is none is refused by name', () => {
  const { status, stderr } = spawnSync(process.execPath, [path.join(import.meta.dirname, '../run.mjs'), 'masked'], {
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toContain('got "masked"');
});
