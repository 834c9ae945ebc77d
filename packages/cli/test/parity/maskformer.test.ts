import { readFileSync } from 'node:fs';
import { onEveryBackend } from '@seg/testing';
import { expect, test } from 'vitest';

import type { TapResult } from '../../src/goldens/compare-tap.ts';
import { parseGolden } from '../../src/goldens/golden-file.ts';
import { verifyForward } from '../../src/goldens/verify-forward.ts';
import { type LossGolden, verifyMaskLoss } from '../../src/goldens/verify-loss.ts';

const golden = (name: string) =>
  parseGolden(name, readFileSync(new URL(`../goldens/${name}.json`, import.meta.url), 'utf8'));

onEveryBackend(
  'MaskFormer at published size',
  () => {
    test.each(['maskformer_r50', 'maskformer_swin_t'])('%s: every tap within ten times its noise', async (name) => {
      const results: TapResult[] = [];
      await verifyForward(golden(name), (result) => results.push(result) > 0);
      expect(results.length).toBeGreaterThan(30);
      expect(results.filter((result) => !result.ok)).toEqual([]);
    });
  },
  { only: ['wasm', 'node', 'webgpu'] },
);

onEveryBackend('A training step of a tiny MaskFormer', () => {
  test('predictions, assignments, losses and gradients within ten times their noise', async () => {
    const results: TapResult[] = [];
    await verifyMaskLoss(golden('loss_maskformer_tiny') as LossGolden, (result) => results.push(result) > 0);
    expect(results.length).toBe(6 + 3 + 10 + 23);
    expect(results.filter((result) => !result.ok)).toEqual([]);
  });
});
