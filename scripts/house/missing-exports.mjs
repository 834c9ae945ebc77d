// Names that examples, benchmarks and scripts import from a package whose door does not show them.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'oxc-parser';
import { filesBelow } from './sources.mjs';

/** Imports of `@seg/…` outside of packages that would fail when the file is run. */
export function missingExports(root) {
  return ['examples', 'bench', 'scripts'].flatMap((folder) =>
    filesBelow(path.join(root, folder))
      .filter((file) => /\.m?js$/.test(file) && !/[\\/]consumer[\\/]/.test(file))
      .flatMap((file) => missingIn(root, file)),
  );
}

function missingIn(root, file) {
  const { module } = parseSync(file, readFileSync(file, 'utf8'));
  return module.staticImports.flatMap(({ moduleRequest, entries }) => {
    const shown = doorOf(root, moduleRequest.value);
    return entries
      .filter(({ importName }) => importName.kind === 'Name' && shown !== null && !shown.has(importName.name))
      .map(({ importName }) => {
        const where = path.relative(root, file);
        return `${where}: expected ${importName.name} from ${moduleRequest.value}, got no such export`;
      });
  });
}

/** Names that `@seg/name/sub` shows; null for what is no package of ours. */
function doorOf(root, specifier) {
  const [, name, sub = ''] = specifier.match(/^@seg\/([a-z-]+)(\/.+)?$/) ?? [];
  if (name === undefined || name.startsWith('example-')) return null;
  const folder = path.join(root, 'packages', name);
  const { exports } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const entry = exports[`.${sub}`]?.['@seg/source'];
  if (typeof entry !== 'string' || !entry.endsWith('.ts')) return entry === undefined ? new Set() : null;
  const file = path.join(folder, entry);
  const { module } = parseSync(file, readFileSync(file, 'utf8'));
  return new Set(module.staticExports.flatMap(({ entries }) => entries.map(({ exportName }) => exportName.name)));
}
