import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const guide = readFileSync(path.join(root, 'docs/reading-guide.md'), 'utf8');
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

test.each(['README.md', 'CONTRIBUTING.md', 'docs/architecture.md', 'docs/goldens.md'])(
  'every file that %s links to exists',
  (file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    const links = [...text.matchAll(/\]\(([^)#]+)\)/g)]
      .map(([, link]) => link)
      .filter((link) => !/^https?:/.test(link));
    const missing = links.filter((link) => !existsSync(path.join(root, path.dirname(file), link)));
    expect(missing).toEqual([]);
  },
);
