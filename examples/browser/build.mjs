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
const { metafile } = await build({
  entryPoints: {
    ...Object.fromEntries(
      ['page', 'verify', 'probe', 'draw-worker'].map((name) => [name, path.join(here, `src/${name}.js`)]),
    ),
    worker: '@seg/browser/worker', // beside the scripts that start it, by this name
  },
  bundle: true,
  format: 'esm',
  splitting: true,
  minify: true,
  outdir: out,
  absWorkingDir: here,
  logLevel: 'warning',
  metafile: true,
});
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

/** Names all scripts that the page and its worker may load, on demand too, but for those of the checks, and the models. */
function writeServiceWorker() {
  const scripts = Object.keys(metafile.outputs)
    .map((file) => path.basename(file))
    .filter((name) => !/^(page|worker|draw-worker|verify|probe)\.js$/.test(name));
  const text = readFileSync(path.join(here, 'src/service-worker.js'), 'utf8');
  writeFileSync(
    path.join(out, 'service-worker.js'),
    text
      .replace('self.SCRIPTS = [];', `self.SCRIPTS = ${JSON.stringify(scripts)};`)
      .replace("self.MODELS = '';", `self.MODELS = '${models.digest('hex').slice(0, 16)}';`),
  );
}
