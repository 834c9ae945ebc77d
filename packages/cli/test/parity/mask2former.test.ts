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
  'Mask2Former at published size',
  () => {
    test.each(['mask2former_r50', 'mask2former_swin_t', 'mask2former_r50_original_keys'])(
      '%s: every tap within ten times its noise',
      async (name) => {
        const results: TapResult[] = [];
        await verifyForward(golden(name), (result) => results.push(result) > 0);
        expect(results.length).toBeGreaterThan(40);
        expect(results.filter((result) => !result.ok)).toEqual([]);
      },
    );
  },
  { only: ['wasm', 'node', 'webgpu'] },
);

onEveryBackend('A training step of a tiny Mask2Former', () => {
  test('predictions, assignments, losses and gradients within ten times their noise', async () => {
    const results: TapResult[] = [];
    await verifyMaskLoss(golden('loss_mask2former_tiny') as LossGolden, (result) => results.push(result) > 0);
    expect(results.length).toBe(8 + 4 + 13 + 28);
    expect(results.filter((result) => !result.ok)).toEqual([]);
  });
});
