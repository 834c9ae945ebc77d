import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { requireOutputs } from './outputs.ts';

test('PNGs of the folders that are read are never replaced', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'seg-outputs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(path.join(folder, 'gt'));
  writeFileSync(path.join(folder, 'gt', 'a.png'), 'png');
  symlinkSync(path.join(folder, 'gt'), path.join(folder, 'link'));
  for (const name of ['gt', 'link']) {
    const json = path.join(folder, name, 'a.png');
    await expect(requireOutputs({ json, force: true }, [], [path.join(folder, 'gt')])).rejects.toThrow(
      `evaluate: expected outputs apart from inputs, got ${json} as both`,
    );
  }
  await requireOutputs({ json: path.join(folder, 'gt', 'result.json') }, [], [path.join(folder, 'gt')]);
});
