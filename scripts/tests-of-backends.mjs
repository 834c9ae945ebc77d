// Test files whose tests differ by backend: those that ask for the backends of the run, by themselves or through a helper beside them.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const ASKS = /\b(onEveryBackend|testedBackends)\b/;
const IMPORTED = /from '(\.[^']+)'/g;

/**
 * @param root Of the repository
 * @param filters Folders and files within it, or parts of names. None: all packages
 * @returns Test files, as paths within the repository
 */
export function testsOfBackends(root, filters) {
  const places = filters.length > 0 ? filters : ['packages'];
  const files = places.flatMap((place) => {
    const full = path.join(root, place);
    if (!existsSync(full)) return testsIn(path.join(root, 'packages')).filter((file) => file.includes(place));
    return statSync(full).isFile() ? [full] : testsIn(full);
  });
  if (files.length === 0) throw new Error(`tests of backends: expected some in ${places.join(' ')}, got none`);
  return files.filter((file) => asks(file, new Set())).map((file) => path.relative(root, file));
}

function testsIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) return ['node_modules', 'dist'].includes(entry.name) ? [] : testsIn(full);
    return entry.name.endsWith('.test.ts') ? [full] : [];
  });
}

function asks(file, seen) {
  if (seen.has(file) || !existsSync(file)) return false;
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  if (ASKS.test(text)) return true;
  return [...text.matchAll(IMPORTED)].some(([, name]) => asks(path.resolve(path.dirname(file), name), seen));
}
