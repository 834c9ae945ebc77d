// Bundles what users bundle, minified and gzipped, and fails where it is larger than promised.

import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const require = createRequire(path.join(root, 'packages/coco-eval/package.json'));
const { build } = await import(pathToFileURL(process.env.SEG_ESBUILD ?? require.resolve('esbuild')).href);

const RLE = [
  ...['encodeRle', 'decodeRle', 'rleArea', 'rleBox', 'mergeRles', 'maskIou', 'boxIou', 'polygonToRle', 'polygonsToRle'],
  ...['boxToRle', 'parseRle', 'formatRle', 'parseCounts', 'formatCounts'],
];

/** What is imported, from where, and how many bytes it may be. */
const PROMISES = [
  { name: '@seg/coco-eval, all of it', code: `export * from './packages/coco-eval/src/index.ts'`, limit: 34 * 1024 },
  { name: 'RLE alone', code: `export { ${RLE} } from './packages/coco-eval/src/index.ts'`, limit: 4 * 1024 },
  {
    name: 'assignment alone',
    code: `export { linearAssignment } from './packages/matching/src/linear-assignment.ts'`,
    limit: 2.75 * 1024,
  },
  {
    name: 'decoding images on a page',
    code: `export { decodeImage } from './packages/image/src/index.ts'`,
    limit: 12.25 * 1024,
  },
];

let failed = false;
for (const { name, code, limit } of PROMISES) {
  const stdin = { contents: code, resolveDir: root, loader: 'ts' };
  const { outputFiles } = await build({
    stdin,
    bundle: true,
    conditions: ['@seg/source'],
    minify: true,
    format: 'esm',
    write: false,
    logLevel: 'error',
  });
  const bytes = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  failed ||= bytes > limit;
  console.log(
    `${name.padEnd(28)} ${String(bytes).padStart(6)} of ${String(limit).padStart(6)} bytes${bytes > limit ? '  TOO LARGE' : ''}`,
  );
}
process.exitCode = failed ? 1 : 0;
