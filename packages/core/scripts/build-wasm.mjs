// Compiles assembly/ into the module that runs inside tfjs-wasm's memory, four times: for plain and for relaxed SIMD, each for
// memory of one thread and for shared memory, and writes each, gzip and then base64, into src/kernels/wasm/modules/*.generated.ts, of which
// a page loads one.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import asc from 'assemblyscript/asc';
import { tilesOf } from './write-tiles.mjs';

const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(folder, 'src', 'kernels', 'wasm', 'modules');

// no data segments, no allocator: the module must not touch memory that it was not given
const OPTIONS = ['-O3', '--converge', '--enable', 'simd', '--importMemory', '--runtime', 'stub', '--noAssert'];
const RELAXED = ['--enable', 'relaxed-simd'];
// both heaps of tfjs-wasm may grow to 4 GiB
const SHARED = ['--enable', 'threads', '--sharedMemory', '--maximumMemory', '65536'];
const builds = {
  plain: OPTIONS,
  'plain-shared': [...OPTIONS, ...SHARED],
  relaxed: [...OPTIONS, ...RELAXED],
  'relaxed-shared': [...OPTIONS, ...RELAXED, ...SHARED],
};

async function compile(options) {
  const outputs = new Map();
  const { error, stderr } = await asc.main(['index.ts', '--outFile', 'module.wasm', ...options], {
    writeFile: (name, contents) => outputs.set(name, contents),
  });
  if (error) throw new Error(`build-wasm: expected assembly/ to compile, got\n${stderr.toString()}`);
  return outputs.get('module.wasm');
}

const sizes = [
  [4, 2, 4, [2]],
  [6, 2, 2, []],
];
process.chdir(join(folder, 'assembly'));
writeFileSync('tiles.generated.ts', tilesOf(sizes));
mkdirSync(target, { recursive: true });
for (const [name, options] of Object.entries(builds)) {
  const binary = await compile(options);
  const text = `export const binary: string =\n  '${gzipSync(binary, { level: 9 }).toString('base64')}';`;
  writeFileSync(
    join(target, `${name}.generated.ts`),
    `// Written by scripts/build-wasm.mjs from assembly/.\n${text}\n`,
  );
  console.log(`build-wasm: ${name}, ${binary.length} bytes`);
}
