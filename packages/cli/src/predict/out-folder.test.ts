import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { prepareOutFolder } from './out-folder.ts';

test('results take the place of no input, also where a link leads to it', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'seg-out-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(path.join(folder, 'in'));
  const input = path.join(folder, 'in', 'a.overlay.png');
  writeFileSync(input, 'png');
  symlinkSync(path.join(folder, 'in'), path.join(folder, 'link'));
  for (const out of [path.join(folder, 'in'), path.join(folder, 'link')]) {
    await expect(prepareOutFolder(out, ['a.overlay.png'], [input], true)).rejects.toThrow(
      `predict: expected outputs apart from inputs, got ${input} as both`,
    );
  }
});
