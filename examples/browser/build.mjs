// Bundles the page and copies what it loads at run time into dist/.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, 'dist');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({
  entryPoints: {
    ...Object.fromEntries(['page', 'verify', 'probe'].map((name) => [name, path.join(here, `src/${name}.js`)])),
    worker: '@seg/browser/worker', // beside the scripts that start it, by this name
  },
  bundle: true,
  format: 'esm',
  splitting: true,
  minify: true,
  outdir: out,
  logLevel: 'warning',
  // reached in Node alone
  external: ['node:*', 'webgpu', '@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'],
});
const wasm = path.dirname(
  createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.wasm'),
);
for (const file of readdirSync(wasm).filter((name) => name.endsWith('.wasm')))
  cpSync(path.join(wasm, file), path.join(out, file));
for (const file of ['index.html', 'verify.html', 'probe.html']) cpSync(path.join(here, file), path.join(out, file));
cpSync(path.join(here, '../../packages/verify/test/goldens'), path.join(out, 'goldens'), { recursive: true });
const model = path.join(here, '../mask2former/model');
if (existsSync(model)) cpSync(model, path.join(out, 'model'), { recursive: true });
