import { readFileSync } from 'node:fs';
import { onEveryBackend } from '@seg/testing';
import { expect, test } from 'vitest';

import type { TapResult } from '../../src/goldens/compare-tap.ts';
import { parseGolden } from '../../src/goldens/golden-file.ts';
import { verifyGolden } from '../../src/goldens/verify-golden.ts';

const golden = (name: string) =>
  parseGolden(name, readFileSync(new URL(`../goldens/${name}.json`, import.meta.url), 'utf8'));

onEveryBackend(
  'SOLO at published size',
  () => {
    test.each([
      ['solo_r50_fpn', 31],
      ['decoupled_solo_r50_fpn', 41],
      ['solov2_r50_fpn', 27],
    ])('%s: every tap within ten times its noise, and the same instances', async (name, taps) => {
      const results: TapResult[] = [];
      await verifyGolden(golden(name), (result) => results.push(result) > 0);
      expect(results.length).toBe(taps + 11); // of decoding
      expect(results.filter((result) => !result.ok)).toEqual([]);
    });
  },
  { only: ['wasm', 'node', 'webgpu'] },
);

onEveryBackend('A training step of a tiny head', () => {
  test.each([
    ['loss_solo_tiny', 9 + 1 + 10 + 3 + 25],
    ['loss_decoupled_tiny', 9 + 1 + 15 + 3 + 33],
    ['loss_solov2_tiny', 9 + 1 + 11 + 3 + 33],
  ])('%s: assignment, predictions, losses and gradients within ten times their noise', async (name, count) => {
    const results: TapResult[] = [];
    await verifyGolden(golden(name), (result) => results.push(result) > 0);
    expect(results.length).toBe(count);
    expect(results.filter((result) => !result.ok)).toEqual([]);
  });
});
