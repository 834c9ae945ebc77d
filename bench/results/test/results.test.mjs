import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';

import { drawHistory, readTables } from '../draw.mjs';
import { readRows, recordRow, thisRun, withRow, writeRows } from '../record.mjs';

const RUN = { date: '2026-11-29', machine: '2 x A', runtime: 'Node 20', threads: '2', size: '512' };

test('rows are kept by date, machine and setting; a later run of the same replaces its engines alone', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'seg-results-'));
  const text = () => readFileSync(path.join(folder, 'some.csv'), 'utf8');
  recordRow('some', RUN, { wasm: 2 }, folder);
  recordRow('some', { ...RUN, date: '2026-11-28' }, { wasm: 3, pytorch: 1.23456 }, folder);
  recordRow('some', { ...RUN, machine: '2 x B' }, { wasm: 4 }, folder);
  recordRow('some', RUN, { wasm: 1.7, pytorch: 1 }, folder);
  recordRow('some', RUN, { wasm: 1.5 }, folder);
  expect(text().split('\n')).toEqual([
    'date,machine,runtime,threads,size,wasm,pytorch',
    '2026-11-28,2 x A,Node 20,2,512,3.000,1.235',
    '2026-11-29,2 x A,Node 20,2,512,1.500,1.000',
    '2026-11-29,2 x B,Node 20,2,512,4.000,',
    '',
  ]);
  rmSync(folder, { recursive: true });
});

test('what is read is written again as it was', () => {
  const text = 'date,machine,threads,wasm,node\n2026-11-29,2 x A,2,1.000,\n2026-11-30,2 x A,2,,2.000\n';
  expect(writeRows(readRows(text))).toBe(text);
});

test('what is no time, and a cell that would break a row, are refused', () => {
  for (const seconds of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => withRow([], RUN, { wasm: seconds })).toThrow(`expected seconds above 0 for wasm, got ${seconds}`);
  }
  expect(() => writeRows([{ machine: 'a,b' }])).toThrow('expected cells without commas and quotes, got "a,b"');
  expect(() => readRows('a,b\n1,2\n3', 'some.csv')).toThrow('some.csv: expected 2 cells in line 3, got 1');
});

test('a run is told by its day, processors, runtime and threads', () => {
  const run = thisRun(2, new Date('2026-11-29T23:59:00Z'));
  expect(run).toMatchObject({ date: '2026-11-29', threads: '2' });
  expect(run.machine).toMatch(/^\d+ x [^,]+$/);
  expect(run.runtime).toMatch(/^Node \d+$/);
});

test('the picture shows each engine as a share of its peer, and a half below twice a quarter', () => {
  const rows = ['2026-11-28', '2026-11-30'].map((date, i) => ({ ...RUN, date, wasm: String(2 - i), peer: '2' }));
  const panels = [{ table: 'some', where: { size: '512' }, peer: 'peer', title: 'Some' }];
  const picture = drawHistory(new Map([['some', rows]]), panels);
  const [, points] = /<polyline points="([^"]+)"/.exec(picture);
  const [[x, one], [later, half]] = points.split(' ').map((place) => place.split(',').map(Number));
  expect(later).toBeGreaterThan(x);
  const [, baseline] = /y1="([\d.]+)"[^>]*stroke="#ddd"/.exec(picture); // the rule of zero
  expect(Number(baseline) - half).toBeCloseTo((Number(baseline) - one) / 2, 0); // pixels
  expect(picture).toContain('wasm, Node 20');
});

test('the picture in the documents is that of the tables', () => {
  const committed = readFileSync(path.join(import.meta.dirname, '../../../docs/images/history.svg'), 'utf8');
  expect(committed).toBe(drawHistory(readTables()));
});
