import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const guide = ['docs/reading-guide.md', 'docs/walk.md']
  .map((file) => readFileSync(path.join(root, file), 'utf8'))
  .join('\n');
const rows = [...guide.matchAll(/^\| ([^|]+) \| (packages\/\S+) \| (\w+) \|$/gm)].map(([, place, file, name]) => ({
  place,
  file,
  name,
}));

test('the reading guide has rows', () => {
  expect(rows.length).toBeGreaterThan(25);
});

test.each(rows)('reading guide: $place is $name in $file', ({ file, name }) => {
  expect(existsSync(path.join(root, file)), file).toBe(true);
  expect(readFileSync(path.join(root, file), 'utf8')).toMatch(new RegExp(`\\b${name}\\b`));
});

const limits = readFileSync(path.join(root, 'docs/limits.md'), 'utf8');
const bounds = [...limits.matchAll(/^\| ([^|]+) \| (\d+) \| (packages\/\S+) \| (\w+) \|$/gm)].map(
  ([, of, bound, file, name]) => ({ of, bound: Number(bound), file, name }),
);

test('the page of limits has rows', () => {
  expect(bounds.length).toBeGreaterThan(20);
});

test.each(bounds)('limits: $of is $bound, as $name in $file', ({ bound, file, name }) => {
  const source = readFileSync(path.join(root, file), 'utf8');
  const [, expression] = source.match(new RegExp(`const ${name} = ([\\de_*+\\- ()]+);`)) ?? [];
  expect(expression, name).toBeDefined();
  expect(new Function(`return ${expression}`)()).toBe(bound);
});

test.each([
  'README.md',
  'CONTRIBUTING.md',
  'docs/architecture.md',
  'docs/goldens.md',
  'docs/limits.md',
  'docs/your-own-data.md',
  'docs/video.md',
])('every file that %s links to exists', (file) => {
  const text = readFileSync(path.join(root, file), 'utf8');
  const links = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, link]) => link).filter((link) => !/^https?:/.test(link));
  const missing = links.filter((link) => !existsSync(path.join(root, path.dirname(file), link)));
  expect(missing).toEqual([]);
});
