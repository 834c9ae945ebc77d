// Writes into every package.json what all of them say alike, and the exports as published: those of the repository
// without the condition of sources, which are not shipped. `--check` writes nothing and fails where a file differs.
// `--repository URL` changes the address in the root's package.json, from which all others follow.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { publishedPackages, root } from './workspace.mjs';

const SOURCE = '@seg/source';
const isCheck = process.argv.includes('--check');

const rootFile = path.join(root, 'package.json');
const shared = JSON.parse(readFileSync(rootFile, 'utf8'));
const given = process.argv.indexOf('--repository');
if (given > 0) {
  shared.repository = {
    type: 'git',
    url: `git+${new URL(process.argv[given + 1]).href.replace(/(\.git)?\/?$/, '.git')}`,
  };
  writeFileSync(rootFile, text(shared));
}
const address = shared.repository.url.replace(/^git\+|\.git$/g, '');

let stale = 0;
for (const { name, folder, manifest } of publishedPackages()) {
  const file = path.join(folder, 'package.json');
  if (text(completed(manifest, path.relative(root, folder).replaceAll(path.sep, '/'))) === readFileSync(file, 'utf8'))
    continue;
  stale++;
  if (isCheck)
    console.error(`${name}/package.json: expected what scripts/packages/write-manifests.mjs writes, got other`);
  else writeFileSync(file, text(completed(manifest, path.relative(root, folder).replaceAll(path.sep, '/'))));
}
console.log(`manifests: ${stale} ${isCheck ? 'differ' : 'written'}`);
process.exitCode = isCheck && stale > 0 ? 1 : 0;

function completed(manifest, directory) {
  const { name, version, description, keywords = [], license, author, homepage, repository, bugs, ...rest } = manifest;
  const { type, sideEffects, engines, files, imports, exports, publishConfig, scripts, ...others } = rest;
  return {
    name,
    version,
    description,
    keywords,
    license: shared.license,
    author: shared.author,
    homepage: `${address}/tree/main/${directory}#readme`,
    repository: { ...shared.repository, directory },
    bugs: `${address}/issues`,
    type,
    sideEffects,
    engines: shared.engines,
    files: [...files.filter((entry) => !/map$|CHANGELOG/.test(entry)), 'CHANGELOG.md'],
    ...(imports && { imports }),
    exports,
    publishConfig: {
      access: 'public',
      ...(imports && { imports: asPublished(imports) }),
      exports: asPublished(exports),
    },
    scripts: { build: scripts.build, ...scripts, prepack: 'node ../../scripts/packages/prepack.mjs' },
    ...others,
    dependencies: byCaret(others.dependencies ?? {}),
  };
}

/** A workspace range becomes a caret range when published, so that patches of one package reach the others. */
function byCaret(dependencies) {
  const entries = Object.entries(dependencies).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, range]) => [key, range === 'workspace:*' ? 'workspace:^' : range]));
}

function asPublished(value) {
  if (typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([key]) => key !== SOURCE);
  return Object.fromEntries(kept.map(([key, entry]) => [key, asPublished(entry)]));
}

function text(manifest) {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
