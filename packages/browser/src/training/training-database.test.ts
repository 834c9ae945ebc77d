import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { FakeDatabase } from '../../test/fake-database.ts';
import type { FinetuneNews } from './finetune-call.ts';
import { keptTraining } from './kept-training.ts';
import { trainingDatabase } from './training-database.ts';
import type { TrainingRun } from './training-run.ts';

const RUN = { model: 'model/', classes: ['nut'], photographs: [['a.jpg', 3, 7]] } as unknown as TrainingRun;
const LOG = { steps: [{ step: 0, loss: 1 }], validations: [] };

let database: FakeDatabase;
let heard: FinetuneNews[];
const open = (run = RUN) => trainingDatabase('page', run, (news) => heard.push(news));

beforeEach(() => {
  heard = [];
  database = new FakeDatabase();
  vi.stubGlobal('indexedDB', database);
});
afterEach(() => vi.unstubAllGlobals());

test('the same training goes on, with its best parameters', async () => {
  const before = open();
  await before.writeBest!(Uint8Array.of(9));
  await before.write(Uint8Array.of(1, 2), LOG, '');
  const after = open();
  const [{ checkpoint, log }] = await after.read();
  expect([checkpoint.read(0, 2), log, after.best()]).toEqual([Uint8Array.of(1, 2), LOG, Uint8Array.of(9)]);
  expect(heard).toEqual([]);
});

test('one of another making is passed over by name, stays until the first checkpoint, and leaves nothing then', async () => {
  const before = open();
  await before.writeBest!(Uint8Array.of(9));
  await before.write(Uint8Array.of(1, 2), { ...LOG, steps: Array(3).fill(LOG.steps[0]) }, '');
  const after = open({ ...RUN, classes: ['nut', 'bolt'], photographs: [] });
  expect(await after.read()).toEqual([]);
  expect(heard).toEqual([{ type: 'anew', step: 3, changed: ['classes', 'photographs'] }]);
  expect(await keptTraining('page')).toEqual({ steps: 3 });
  await after.write(Uint8Array.of(4), LOG, '');
  expect(await keptTraining('page')).toEqual({ steps: 1 });
  expect(after.best()).toBe(undefined);
  expect(database.kept.get('page')).not.toHaveProperty('best');
});

test('one whose making is not known is of another', async () => {
  database.kept.set('page', { checkpoint: Uint8Array.of(1), log: LOG });
  expect(await open().read()).toEqual([]);
  expect(heard).toEqual([{ type: 'anew', step: 1, changed: ['model', 'classes', 'photographs'] }]);
});

test('a full database is told of, and the training goes on until there is room again', async () => {
  const storage = open();
  database.full = new DOMException('', 'QuotaExceededError');
  await storage.write(Uint8Array.of(1), LOG, '');
  expect([storage.isKept(), heard]).toEqual([
    false,
    [{ type: 'unkept', message: 'expected a database that keeps the training, got QuotaExceededError: ' }],
  ]);
  database.full = null;
  await storage.write(Uint8Array.of(2), LOG, '');
  expect([storage.isKept(), heard.length, database.kept.size]).toEqual([true, 1, 1]);
});

test('a database that cannot be read is told of, and what may be in it is not replaced', async () => {
  await open().write(Uint8Array.of(1), LOG, '');
  const storage = open();
  database.closed = new Error('no access');
  expect(await storage.read()).toEqual([]);
  database.closed = null;
  await storage.write(Uint8Array.of(2), LOG, '');
  expect(heard.map(({ type }) => type)).toEqual(['unkept', 'unkept']);
  expect(database.kept.get('page')).toMatchObject({ checkpoint: Uint8Array.of(1) });
});
