// The packages that are published, in an order in which each comes after what it depends on.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

/** @returns {{ name: string, folder: string, manifest: Record<string, any> }[]} */
export function publishedPackages() {
  const packages = new Map();
  for (const entry of readdirSync(path.join(root, 'packages')).sort()) {
    const folder = path.join(root, 'packages', entry);
    const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    packages.set(manifest.name, { name: manifest.name, folder, manifest });
  }
  const ordered = new Set();
  const add = (name) => {
    for (const key of Object.keys(packages.get(name).manifest.dependencies ?? {})) if (packages.has(key)) add(key);
    ordered.add(packages.get(name));
  };
  for (const name of packages.keys()) add(name);
  return [...ordered];
}
