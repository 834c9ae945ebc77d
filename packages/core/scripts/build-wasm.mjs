// Compiles assembly/ into the module that runs inside tfjs-wasm's memory, twice: for plain and for shared memory, and
// writes both as base64 into src/kernels/wasm/wasm-module.generated.ts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(folder, 'src', 'kernels', 'wasm', 'wasm-module.generated.ts');

// no data segments, no allocator: the module must not touch memory that it was not given
const SHARED_OPTIONS = ['-O3', '--converge', '--enable', 'simd', '--importMemory', '--runtime', 'stub', '--noAssert'];
// both heaps of tfjs-wasm may grow to 4 GiB
const builds = {
  plainMemory: SHARED_OPTIONS,
  sharedMemory: [...SHARED_OPTIONS, '--enable', 'threads', '--sharedMemory', '--maximumMemory', '65536'],
};

async function compile(options) {
  const outputs = new Map();
  const { error, stderr } = await asc.main(['index.ts', '--outFile', 'module.wasm', ...options], {
    writeFile: (name, contents) => outputs.set(name, contents),
  });
  if (error) throw new Error(`build-wasm: expected assembly/ to compile, got\n${stderr.toString()}`);
  return outputs.get('module.wasm');
}

process.chdir(join(folder, 'assembly'));
const lines = ['// Written by scripts/build-wasm.mjs from assembly/.'];
for (const [name, options] of Object.entries(builds)) {
  const binary = await compile(options);
  lines.push(`export const ${name} =\n  '${Buffer.from(binary).toString('base64')}';`);
  console.log(`build-wasm: ${name}, ${binary.length} bytes`);
}
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, `${lines.join('\n\n')}\n`);
