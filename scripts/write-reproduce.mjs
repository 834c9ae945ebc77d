// Writes docs/reproduce.md from the zoo and docs/reproductions.json: node scripts/write-reproduce.mjs, after a build.
// With files that `seg reproduce` has written (reproduction.json) it takes them in first.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { reproducePage, withReproductions } from './docs/reproduce-page.mjs';

const require = createRequire(new URL('../packages/cli/package.json', import.meta.url));
const { ZOO } = await import(pathToFileURL(require.resolve('@seg/models/zoo')).href);
const list = new URL('../docs/reproductions.json', import.meta.url);
const known = JSON.parse(readFileSync(list, 'utf8'));
const found = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')));
const all = withReproductions(known, found);
writeFileSync(list, `${JSON.stringify(all, null, 2)}\n`);
writeFileSync(new URL('../docs/reproduce.md', import.meta.url), reproducePage(ZOO, all));
