// What users fetch, minified and gzipped, against what is promised.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

import { readmeBlocks } from './readme-blocks.mjs';

/** Bytes of scripts that a page may fetch to segment on WebAssembly, without the binary. */
const SCRIPT_LIMIT = 200 * 1000;

/** Bytes of the binary as text in a module: tfjs's threaded one has 156 kB, with the scripts of its threads. */
const BINARY_LIMIT = 160 * 1000;

/** A run of base64 of this length is a binary: 64 kB of text is more than any constant of ours. */
const BINARY = /[A-Za-z0-9+/=]{64000}/;

/** Prints what a page fetched; true where it is within its limits. */
export function checkPageSize(scripts, isolated) {
  const sum = (files) => files.reduce((total, file) => total + gzipSync(file, { level: 9 }).length, 0);
  const isBinary = (file) => BINARY.test(file.toString('latin1'));
  const script = sum(scripts.filter((file) => !isBinary(file)));
  const binary = sum(scripts.filter(isBinary));
  const fits = script <= SCRIPT_LIMIT && binary <= BINARY_LIMIT && binary > 0;
  const place = isolated ? 'isolated' : 'plain';
  console.log(
    `${fits ? 'ok' : 'FAILED'} size of a ${place} page: ${kB(script)} of scripts, ${kB(binary)} of WebAssembly`,
  );
  return fits;
}

/**
 * Bundles the first block of each README, without what is loaded on demand, and compares with the size that the README
 * promises: "Costs at most N kB".
 */
export async function checkSmallestUses(folder, packed) {
  const esbuild = await import(pathToFileURL(path.join(folder, 'node_modules/esbuild/lib/main.js')).href);
  let fits = true;
  for (const [name, { folder: from }] of packed) {
    const readme = readFileSync(path.join(from, 'README.md'), 'utf8');
    if (name === '@seg/cli') continue;
    const [use] = readmeBlocks(readme).filter(({ language }) => language === 'ts');
    const bytes = await bytesOf(esbuild.build, folder, forPages(use.code));
    const promised = Number(/Costs at most (\d+) kB/.exec(readme)?.[1] ?? Number.NaN) * 1000;
    const isKept = bytes <= promised;
    fits &&= isKept;
    console.log(`${isKept ? 'ok' : 'FAILED'} smallest use of ${name}: ${kB(bytes)}, README: at most ${kB(promised)}`);
  }
  return fits;
}

/** A block that touches files, as a page would use the package: what it imports of ours, but for the parts of Node. */
function forPages(code) {
  if (!/['"]node:|\/node'/.test(code)) return code;
  const imports = [...code.matchAll(/^import (\{[^}]*\}) from '(@seg\/[^']+)'/gm)].filter(
    ([, , from]) => !from.endsWith('/node'),
  );
  return imports.map(([, names, from]) => `export ${names} from '${from}';`).join('\n');
}

async function bytesOf(build, folder, code) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: folder, sourcefile: 'use.js', loader: 'js' },
    ...{ bundle: true, minify: true, splitting: true, format: 'esm', write: false, metafile: true },
    ...{ outdir: 'out', absWorkingDir: folder, logLevel: 'error' },
  });
  const files = new Map(outputFiles.map((file) => [path.relative(folder, file.path).replaceAll(path.sep, '/'), file]));
  const entry = Object.entries(metafile.outputs).find(
    ([, { entryPoint }]) => entryPoint === 'use.js' || entryPoint === '<stdin>',
  );
  const needed = new Set();
  const add = (name) => {
    if (needed.has(name)) return;
    needed.add(name);
    for (const { path: next, kind } of metafile.outputs[name].imports) if (kind === 'import-statement') add(next);
  };
  add(entry?.[0] ?? Object.keys(metafile.outputs).find((name) => /stdin/.test(name)));
  return [...needed].reduce((sum, name) => sum + gzipSync(files.get(name).contents, { level: 9 }).length, 0);
}

function kB(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
