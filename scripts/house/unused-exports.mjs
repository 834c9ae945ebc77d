// Names that a package's doors show and nobody takes.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { filesBelow } from './sources.mjs';

/** Places outside packages where names of them are used. */
const USERS = ['examples', 'bench', 'scripts', 'docs', 'internal', 'README.md'];

/**
 * Exported names that no other package, example, bench, script, test or README names.
 *
 * @returns { package, name, isType } each
 */
export function unusedExports(sources, root) {
  const shown = doors(sources);
  const outside = USERS.flatMap((name) => wordsOf(path.join(root, name)));
  return [...new Set(sources.map((source) => source.package))].flatMap((name) => {
    const used = new Set([...outside, ...packageWords(sources, root, name)]);
    return shown.filter((door) => door.package === name && !used.has(door.name));
  });
}

/** Names that the doors of all packages show: { package, name, from, isType } each. */
export function doors(sources) {
  return sources.flatMap((source) => doorNames(source));
}

function doorNames({ file, package: name, reexports }) {
  if (!/^packages\/[^/]+\/src\/[^/]+\.ts$/.test(file)) return [];
  return reexports.map((each) => ({ package: name, name: each.name, from: each.from, isType: each.isType }));
}

/** Words of all other packages, of this one's tests across files, and of its README. */
function packageWords(sources, root, name) {
  const others = sources.filter((source) => source.package !== name || /^packages\/[^/]+\/test\//.test(source.file));
  const readme = path.join(root, 'packages', name, 'README.md');
  return [...others.map(({ text }) => text), existsSync(readme) ? readFileSync(readme, 'utf8') : ''].flatMap(words);
}

function wordsOf(place) {
  const files = /\.md$/.test(place) ? [place] : filesBelow(place);
  return files.filter((file) => /\.(md|m?js|ts|html)$/.test(file)).flatMap((file) => words(readFileSync(file, 'utf8')));
}

const words = (text) => text.match(/[A-Za-z_]\w*/g) ?? [];

/** The check: every value is used; a type is used, or a name of the same door speaks of it. */
export function idleDoors(sources, root) {
  const bodies = new Map(sources.map(({ file, text }) => [file, text]));
  const shown = doors(sources);
  return unusedExports(sources, root)
    .filter(({ package: name, name: type, isType }) => {
      const users = shown.filter((door) => door.package === name && door.name !== type);
      const spoken = users.some(({ from }) => new RegExp(`\\b${type}\\b`).test(bodies.get(from) ?? ''));
      return !(isType && spoken);
    })
    .map(
      ({ package: name, name: exported }) =>
        `packages/${name}: expected ${exported} to be used elsewhere or named in the README, got no use`,
    );
}
