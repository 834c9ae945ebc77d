// Doors whose code a page without a bundler takes by itself: what they import while they run is what their READMEs say.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const packages = path.resolve(import.meta.dirname, '../../packages');
const IMPORTED = /^(?:import|export) (?!type )[^;]*?from '([^']+)';/gm;

test.each([
  ['coco-eval/src/mask/index.ts', []],
  ['losses/src/terms/dice-loss.ts', ['@tensorflow/tfjs-core']],
  ['losses/src/terms/sigmoid-focal-loss.ts', ['@tensorflow/tfjs-core']],
  ['matching/src/assignment.ts', []],
])('%s imports %j', (file, expected) => {
  expect([...importsOf(path.join(packages, file), new Set())].sort()).toEqual(expected);
});

/** Packages that a source file and all that it imports need. */
function importsOf(file: string, seen: Set<string>): Set<string> {
  if (seen.has(file)) return new Set();
  seen.add(file);
  const names = [...readFileSync(file, 'utf8').matchAll(IMPORTED)].map(([, name]) => name!);
  const found = names.map((name) =>
    name.startsWith('.') ? importsOf(path.resolve(path.dirname(file), name), seen) : [name],
  );
  return new Set(found.flatMap((part) => [...part]));
}
