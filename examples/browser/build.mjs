// Bundles the page and copies what it loads at run time into dist/.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, 'dist');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const source = (name) => path.join(here, `src/${name}.js`);
// apart from each other: esbuild gives an entry what any other of its build uses of a package, and the page would load tfjs
const scripts = [
  ...(await bundled({ page: source('page'), 'draw-worker': source('draw-worker') })),
  ...(await bundled({ worker: '@seg/browser/worker' })), // beside the scripts that start it, by this name
];
await bundled({ verify: source('verify'), probe: source('probe') });
const FILES = ['index.html', 'verify.html', 'probe.html', 'page.css', 'icon.svg', 'page.webmanifest'];
for (const file of FILES) cpSync(path.join(here, file), path.join(out, file));
const FOLDERS = {
  goldens: '../../packages/verify/test/goldens',
  model: '../mask2former/model',
  start: '../../packages/cli/starts/mask2former',
};
const models = createHash('sha256');
for (const [name, from] of Object.entries(FOLDERS)) {
  const folder = path.join(here, from);
  if (!existsSync(folder)) continue;
  cpSync(folder, path.join(out, name), { recursive: true });
  if (name === 'goldens') continue;
  for (const file of readdirSync(folder).sort()) models.update(file).update(readFileSync(path.join(folder, file)));
}
writeServiceWorker();

/** Bundles entries that share what they load. @returns Names of all scripts */
async function bundled(entryPoints) {
  const { metafile } = await build({
    entryPoints,
    bundle: true,
    format: 'esm',
    splitting: true,
    minify: true,
    outdir: out,
    absWorkingDir: here,
    logLevel: 'warning',
    metafile: true,
  });
  return Object.keys(metafile.outputs).map((file) => path.basename(file));
}

/** Names all scripts that the page and its worker may load, on demand too, but for those of the checks, and the models. */
function writeServiceWorker() {
  const others = [...new Set(scripts)].filter((name) => !/^(page|worker|draw-worker)\.js$/.test(name));
  const text = readFileSync(path.join(here, 'src/service-worker.js'), 'utf8');
  writeFileSync(
    path.join(out, 'service-worker.js'),
    text
      .replace('self.SCRIPTS = [];', `self.SCRIPTS = ${JSON.stringify(others)};`)
      .replace("self.MODELS = '';", `self.MODELS = '${models.digest('hex').slice(0, 16)}';`),
  );
}
