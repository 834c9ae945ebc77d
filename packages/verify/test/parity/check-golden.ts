import { appendFileSync, readFileSync } from 'node:fs';
import type { BackendName } from '@seg/core';
import { expect } from 'vitest';

import { parseGolden, type TapResult } from '../../src/index.ts';

/**
 * Compares a golden file with the backend in use, every tap of it, and notes the outcome for the support table: one
 * JSON object a line in the file that SEG_SUPPORT names.
 *
 * @param taps How many comparisons the file must give at least
 */
export async function checkGolden(name: string, backend: BackendName, taps: number): Promise<void> {
  const golden = parseGolden(name, readFileSync(new URL(`../goldens/${name}.json`, import.meta.url), 'utf8'));
  const results: TapResult[] = [];
  for await (const result of golden.check()) results.push(result);
  const beyond = results.filter(({ ok }) => !ok);
  const worst = Math.max(...results.map(({ absolute, allowed }) => (allowed > 0 ? absolute / allowed : 0)));
  const file = process.env.SEG_SUPPORT;
  if (file)
    appendFileSync(
      file,
      `${JSON.stringify({ golden: name, backend, taps: results.length, beyond: beyond.length, worst })}\n`,
    );
  expect(results.length).toBeGreaterThanOrEqual(taps);
  expect(beyond).toEqual([]);
}
