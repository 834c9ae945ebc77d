// Builds the site into site/dist: `npm run site`. Fails at a warning of TypeDoc and at a dead link.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'vitepress';
import { publishedPackages, root } from '../scripts/packages/workspace.mjs';
import { plainAnchors, writePages } from './pages.mjs';
import { writeApi } from './write-api.mjs';

const site = path.join(root, 'site');
const pages = path.join(site, '.generated');
const packages = publishedPackages();

rmSync(pages, { recursive: true, force: true });
mkdirSync(pages, { recursive: true });
await writeApi(packages, root, path.join(pages, 'api'));
plainAnchors(path.join(pages, 'api'));
writePages(packages, root, pages);
cpSync(path.join(root, 'docs', 'images'), path.join(pages, 'docs', 'images'), { recursive: true });
copyDemo(path.join(pages, 'public', 'demo'));

const warnings = [];
const { warn } = console;
console.warn = (...parts) => {
  warnings.push(parts.join(' '));
  warn(...parts);
};
await build(site);
if (warnings.length > 0) throw new Error(`site: expected no warnings, got ${warnings.length}`);

/** The page of examples/browser, without what only its checks load. */
function copyDemo(target) {
  const example = path.join(root, 'examples', 'browser');
  execFileSync(process.execPath, [path.join(example, 'build.mjs')], { stdio: 'inherit' });
  const built = path.join(example, 'dist');
  const isOfChecks = (file) => /^(goldens|verify\.|probe\.)/.test(path.relative(built, file));
  cpSync(built, target, { recursive: true, filter: (file) => !isOfChecks(file) });
}
