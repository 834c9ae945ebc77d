import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { claimRun } from './run-file.ts';

function place(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'seg-run-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return path.join(folder, 'run.json');
}

test('the same goes on; what differs is named, but for what may', async () => {
  const file = place();
  const run = { recipe: { steps: 2 }, names: { training: 'ab' }, versions: { node: '1' } };
  const claim = (other: object) => claimRun(file, { ...run, ...other }, ['versions'], ['names']);
  await claim({});
  await claim({ versions: { node: '2' } });
  expect(JSON.parse(readFileSync(file, 'utf8')).versions).toEqual({ node: '2' });
  await expect(claim({ recipe: { steps: 3 } })).rejects.toThrow('the recipe.steps of the run that is there, 2, got 3');
  const others = claim({ names: { training: 'cd' } });
  await expect(others).rejects.toThrow('expected the names.training of the run that is there, "ab", got "cd"');
});

test('a field that older versions did not write says nothing; others have to be there', async () => {
  const file = place();
  writeFileSync(file, '{"recipe":{"steps":2}}');
  const claim = () => claimRun(file, { recipe: { steps: 2 }, names: 'ab' }, [], ['names']);
  await claim();
  writeFileSync(file, '[]');
  await expect(claim()).rejects.toThrow('expected the recipe of the run that is there, nothing');
});
