// Compiles assembly/relax.ts and writes it into src/relax-wasm.ts: node scripts/build-relax.mjs
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const folder = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const flags = [
  '-O3',
  '--shrinkLevel',
  '2',
  '--converge',
  '--noAssert',
  '--runtime',
  'stub',
  '--initialMemory',
  '1',
  '--enable',
  'simd',
];
const { error, stdout, stderr, binary } = await compile(flags);
if (error) throw new Error(`${error.message}\n${stderr}${stdout}`);

async function compile(options) {
  const text = readFileSync(path.join(folder, 'assembly/relax.ts'), 'utf8');
  let binary;
  const result = await asc.main(['relax.ts', '--outFile', 'relax.wasm', ...options], {
    readFile: (name) => (name === 'relax.ts' ? text : null),
    writeFile: (name, contents) => {
      if (name === 'relax.wasm') binary = contents;
    },
    listFiles: () => [],
  });
  return { ...result, binary };
}

const target = path.join(folder, 'src/relax-wasm.ts');
const base64 = Buffer.from(binary).toString('base64');
const source = `/** assembly/relax.ts, compiled by scripts/build-relax.mjs: WebAssembly with SIMD, in base64. */
export const RELAX_WASM =
  '${base64}';
`;
writeFileSync(`${target}.part`, source);
renameSync(`${target}.part`, target);
console.log(`relax: ${binary.length} bytes`);
