// Packs every published package as it would be published, into a temporary folder.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { publishedPackages, root } from './workspace.mjs';

/**
 * @param {string} folder An empty folder
 * @returns {Map<string, { tarball: string, folder: string, manifest: Record<string, any> }>} By name, dependencies first
 */
export function packAll(folder) {
  const pnpm = path.join(root, 'node_modules', '.bin', 'pnpm');
  const packed = new Map();
  for (const { name, folder: from, manifest } of publishedPackages()) {
    const output = execFileSync(pnpm, ['pack', '--json', '--pack-destination', folder], {
      cwd: from,
      encoding: 'utf8',
    });
    const { filename } = JSON.parse(output.slice(output.indexOf('{')));
    packed.set(name, { tarball: path.resolve(folder, filename), folder: from, manifest });
  }
  return packed;
}

/** An empty folder outside the repository, so that nothing of it is found by accident; gone at the end, but for `--keep`. */
export function emptyFolder() {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'seg-packages-')));
  if (!process.argv.includes('--keep')) process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
