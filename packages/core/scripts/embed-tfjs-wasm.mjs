// Packs tfjs's WebAssembly backend into modules: its binaries and the scripts of its threads as text, so that a page needs
// no file beside its bundle, and its JavaScript without the imports of Node that a bundler may stumble over. Writes
// src/platform/embedded/*.generated.ts.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const parts = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js'));
const target = join(folder, 'src', 'platform', 'embedded');

const packed = (bytes) => gzipSync(bytes, { level: 9 }).toString('base64');
const fileOf = (name) => readFileSync(join(parts, name));

// the package keeps the worker's text for a Blob, with its line breaks inside strings already resolved
const { wasmWorkerContents } = require(join(parts, 'tfjs-backend-wasm-threaded-simd.worker.js'));

write('simd', { binary: fileOf('tfjs-backend-wasm-simd.wasm') });
write('threaded-simd', {
  binary: fileOf('tfjs-backend-wasm-threaded-simd.wasm'),
  script: fileOf('tfjs-backend-wasm-threaded-simd.js'),
  worker: Buffer.from(wasmWorkerContents.replace(/\n/g, '\\n')),
});

await packScripts();

/** The backend as a page needs it, with both of its loaders. */
async function packScripts() {
  const contents = `export * from '@tensorflow/tfjs-backend-wasm';
    export { default as simdLoader } from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js';
    export { default as threadedLoader } from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js';`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    format: 'esm',
    minifySyntax: true,
    define: { process: 'undefined', __filename: 'undefined', __dirname: 'undefined' },
    external: ['@tensorflow/tfjs-core'],
    write: false,
    logLevel: 'error',
  });
  const lines = ['// @ts-nocheck: written by scripts/embed-tfjs-wasm.mjs from tfjs-backend-wasm (Apache-2.0).'];
  writeFileSync(join(target, 'backend.generated.ts'), `${lines}\n${outputFiles[0].text}`);
}

function write(name, contents) {
  const lines = ['// Written by scripts/embed-tfjs-wasm.mjs from tfjs-backend-wasm (Apache-2.0): gzip, then base64.'];
  for (const [key, bytes] of Object.entries(contents)) {
    lines.push(`export const ${key}: string =\n  '${packed(bytes)}';`);
    console.log(`embed-tfjs-wasm: ${name} ${key}, ${bytes.length} bytes`);
  }
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, `${name}.generated.ts`), `${lines.join('\n\n')}\n`);
}
