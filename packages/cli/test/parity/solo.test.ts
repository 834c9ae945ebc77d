import { readFileSync } from 'node:fs';
import { onEveryBackend } from '@seg/testing';
import { expect, test } from 'vitest';

import type { TapResult } from '../../src/goldens/compare-tap.ts';
import { parseGolden } from '../../src/goldens/golden-file.ts';
import { verifyForward } from '../../src/goldens/verify-forward.ts';

const golden = (name: string) =>
  parseGolden(name, readFileSync(new URL(`../goldens/${name}.json`, import.meta.url), 'utf8'));

onEveryBackend(
  'SOLO at published size',
  () => {
    test.each([
      ['solo_r50_fpn', 31],
      ['decoupled_solo_r50_fpn', 41],
      ['solov2_r50_fpn', 27],
    ])('%s: every tap within ten times its noise', async (name, count) => {
      const results: TapResult[] = [];
      await verifyForward(golden(name), (result) => results.push(result) > 0);
      expect(results.length).toBe(count);
      expect(results.filter((result) => !result.ok)).toEqual([]);
    });
  },
  { only: ['wasm', 'node', 'webgpu'] },
);
