import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ZOO } from '@seg/models/zoo';
import { expect, test } from 'vitest';

import { reproducePage, withReproductions } from './reproduce-page.mjs';

test('docs/reproduce.md is written from the zoo and docs/reproductions.json: node scripts/write-reproduce.mjs', () => {
  const docs = path.join(import.meta.dirname, '../../docs');
  const known = JSON.parse(readFileSync(path.join(docs, 'reproductions.json'), 'utf8'));
  expect(readFileSync(path.join(docs, 'reproduce.md'), 'utf8')).toBe(reproducePage(ZOO, known));
  const result = { preset: ZOO[0].preset, measured: 51.87, images: 5000, total: 5000, date: '2026-01-01' };
  expect(reproducePage(ZOO, withReproductions(known, [result]))).toContain('| PQ 51.9 | 51.9 |');
  expect(() => withReproductions(known, [{ ...result, images: 10 }])).toThrow(
    'a result of all 5000 images, got one of 10',
  );
});
