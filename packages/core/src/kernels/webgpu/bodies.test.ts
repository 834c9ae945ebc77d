import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

import { WEBGPU_BODIES } from './bodies.ts';

test('every body has a kernel: one under a name that no kernel has would never run', () => {
  const folder = path.join(import.meta.dirname, '../../../..'); // the packages
  const places = ['core/src/kernels', 'matching/src', 'attention/src'];
  const files = places.flatMap((from) =>
    readdirSync(path.join(folder, from), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => path.join(from, file)),
  );
  const sources = files.map((file) => readFileSync(path.join(folder, file), 'utf8'));
  const names = new Set(sources.flatMap((text) => [...text.matchAll(/name: '(Seg\w+)'/g)].map(([, name]) => name)));
  expect(names.size).toBeGreaterThan(30);
  expect(Object.keys(WEBGPU_BODIES).filter((name) => !names.has(name))).toEqual([]);
});
