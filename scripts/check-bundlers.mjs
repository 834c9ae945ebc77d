// Builds a two-line consumer of the packed packages with the default settings of everybody's bundlers, opens it in
// headless Chromium, isolated and not, on the main thread and in a module worker, and runs it in other runtimes: the same
// segments everywhere. Then what a page fetches, and each package's smallest use, against their limits.
// `--all` adds Next with webpack and with turbopack, Bun, Deno and other versions of Node. A name runs that part alone.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import {
  BUILDS,
  BUNDLER_VERSIONS,
  NEXT_VERSIONS,
  RUNTIME_VERSIONS,
  startServer,
  writePages,
} from './packages/bundlers.mjs';
import { startRegistry } from './packages/loopback-registry.mjs';
import { emptyFolder, packAll } from './packages/pack.mjs';
import { openBrowser, openPage, serveFolder } from './packages/page.mjs';
import { run } from './packages/run.mjs';
import { checkPageSize, checkSmallestUses } from './packages/sizes.mjs';
import { root } from './packages/workspace.mjs';

/** Ports of the development servers, which cannot be told to take a free one and say which. */
const FIRST_PORT = 47_130;

const all = process.argv.includes('--all');
const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const isChosen = (name) => chosen.length === 0 || chosen.some((start) => name.startsWith(start));
const model = path.join(root, 'examples/mask2former/model');
const work = emptyFolder();
const consumer = path.join(work, 'consumer');
const bin = path.join(consumer, 'node_modules');
let expected = null; // what the first one found
let failures = 0;
let port = FIRST_PORT;

mkdirSync(path.join(work, 'tarballs'));
const packed = packAll(path.join(work, 'tarballs'));
const registry = await startRegistry(packed.values());
const browser = await openBrowser();
try {
  await installConsumer(consumer, BUNDLER_VERSIONS, [...packed.keys()]);
  await checkNode(process.execPath, `node ${process.versions.node}`, [path.join('src', 'node.mjs')], consumer);
  for (const build of BUILDS) if (isChosen(build.name)) await checkBuild(build);
  for (const name of ['vite7', 'vite8']) if (isChosen(`${name} dev`)) await checkDevelopment(name);
  if (isChosen('import map')) await checkImportMap();
  if (isChosen('sizes')) count(await checkSmallestUses(consumer, packed));
  if (all) {
    if (isChosen('runtimes')) await checkRuntimes();
    for (const name of Object.keys(NEXT_VERSIONS)) if (isChosen(`next-${name}`)) await checkNext(name);
  }
} finally {
  await browser.close();
  registry.close();
}
console.log(failures === 0 ? 'bundlers: the same segments everywhere' : `bundlers: ${failures} failed`);
process.exit(failures === 0 ? 0 : 1);

async function installConsumer(folder, versions, names) {
  cpSync(path.join(root, 'scripts/packages/consumer'), folder, { recursive: true });
  cpSync(model, path.join(folder, 'public/model'), { recursive: true });
  const wanted = [...names, ...Object.entries(versions).map(([name, version]) => `${name}@${version}`)];
  await installInto(folder, wanted);
}

async function installInto(folder, wanted) {
  writeFileSync(path.join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n');
  registry.npmrc(folder);
  const args = ['install', '--prefer-offline', '--loglevel=error', ...wanted];
  const { code, output } = await run('npm', args, { cwd: folder, seconds: 400 });
  if (code !== 0) throw new Error(`expected ${wanted.length} packages to install, got ${output.slice(-1500)}`);
}

function count(isRight) {
  if (!isRight) failures++;
}

/** Prints one line, and counts what is not as expected. */
function report(title, problems, note = '') {
  count(problems.length === 0);
  console.log(`${problems.length === 0 ? 'ok' : 'FAILED'} ${title}${note && `: ${note}`}`);
  for (const problem of problems.slice(0, 4)) console.log(`    ${String(problem).slice(0, 600)}`);
}

/** Problems of a result: what was found must be what the first one found, and some of it. */
function differences({ name, description, found, error } = {}) {
  if (found === undefined) return [error ?? 'expected a result, got none'];
  if (found.length === 0) return ['expected segments, got none'];
  expected ??= found;
  const problems = [];
  if (found.join() !== expected.join()) problems.push(`expected ${expected}, got ${found}`);
  if (name !== 'wasm') problems.push(`expected the wasm backend, got ${name} (${description})`);
  return problems;
}

async function checkNode(command, title, args, cwd) {
  const { code, output } = await run(command, [...args, model], { cwd });
  const result = output.split('\n').findLast((line) => line.startsWith('{'));
  if (code !== 0 || result === undefined) report(title, [output.slice(-600)]);
  else report(title, differences(JSON.parse(result)), JSON.parse(result).description);
}

async function checkBuild(build) {
  for (const [tool, ...args] of build.commands) {
    const isFile = tool.endsWith('.js');
    const command = isFile ? process.execPath : path.join(bin, '.bin', tool);
    const place = isFile ? [path.join(bin, '.bin', tool)] : [];
    const { code, output } = await run(command, [...place, ...args], { cwd: consumer });
    if (code !== 0) return report(`${build.name} builds`, [output.trim().slice(-1200)]);
    if (/externalized/.test(output)) report(`${build.name} warns of nothing`, [output.trim().slice(0, 600)]);
  }
  writePages(consumer, build);
  for (const isolated of [false, true]) {
    const server = await serveFolder(path.join(consumer, 'out', build.name), isolated);
    for (const page of Object.keys(build.pages)) {
      const opened = await openPage(browser, `${server.address}/${page}`);
      checkPage(`${build.name} ${page}`, opened, isolated);
      if (build.name === 'vite8' && page === 'index.html') count(checkPageSize(opened.scripts, isolated));
    }
    server.close();
  }
}

function checkPage(title, { result, isolated, processors, faults }, wanted) {
  const problems = [...faults, ...differences(result)];
  if (isolated !== undefined && isolated !== wanted) problems.push(`expected isolation ${wanted}, got ${isolated}`);
  const threads = Number(/(\d+) thread/.exec(result?.description ?? '')?.[1] ?? 1);
  if (result && wanted && threads !== processors) problems.push(`expected ${processors} threads, got ${threads}`);
  report(`${title} ${wanted ? 'isolated' : 'plain'}`, problems, result?.description);
}

async function checkDevelopment(name) {
  for (const isolated of [false, true]) {
    const address = `http://127.0.0.1:${++port}`;
    const args = [path.join(bin, name, 'bin/vite.js'), '--port', String(port), '--strictPort', '--host', '127.0.0.1'];
    const env = isolated ? { ISOLATED: '1' } : {};
    try {
      const server = await startServer(process.execPath, args, { cwd: consumer, env, url: `${address}/` });
      for (const page of ['index.html', 'worker.html', 'segmenter.html']) {
        await openPage(browser, `${address}/${page}`); // the first visit makes Vite find dependencies and load again
        checkPage(`${name} dev ${page}`, await openPage(browser, `${address}/${page}`), isolated);
      }
      server.stop();
    } catch (error) {
      report(`${name} dev`, [error.message]);
    }
  }
}

/** Parts that stand alone, in a page without a bundler; tfjs as a CDN gives it, in one module. */
async function checkImportMap() {
  const code = `export * from '@tensorflow/tfjs-core'; import '@tensorflow/tfjs-backend-cpu';`;
  writeFileSync(path.join(consumer, 'src/tfjs.js'), code);
  const args = ['src/tfjs.js', '--bundle', '--format=esm', '--outfile=tfjs.js', '--log-level=error'];
  await run(path.join(bin, '.bin/esbuild'), args, { cwd: consumer });
  const server = await serveFolder(consumer, false);
  const { result, faults } = await openPage(browser, `${server.address}/import-map.html`);
  server.close();
  // by hand: 1 + 0 of the matrix; two columns of two; p = ½: 1 − 2/3 (2 · ½ + 1 over 1 + 1 + 1); (¼ + ¾) / 2 · ½² · ln 2
  const right = result && Math.abs(result.dice - 1 / 3) < 1e-6 && Math.abs(result.focal - Math.LN2 / 8) < 1e-6;
  const isAsExpected = right && result.columns.join() === '1,0' && result.area === 4;
  report('import map', isAsExpected ? faults : [...faults, `got ${JSON.stringify(result)}`], JSON.stringify(result));
}

async function checkRuntimes() {
  const folder = path.join(work, 'runtimes');
  mkdirSync(folder);
  await installInto(
    folder,
    Object.entries(RUNTIME_VERSIONS).map(([name, version]) => `${name}@${version}`),
  );
  const script = path.join('src', 'node.mjs');
  const commands = {
    node22: ['node22/bin/node', script],
    node24: ['node24/bin/node', script],
    bun: ['.bin/bun', 'run', script],
    deno: ['.bin/deno', 'run', '--allow-all', script],
  };
  for (const [name, [command, ...args]] of Object.entries(commands)) {
    await checkNode(path.join(folder, 'node_modules', command), name, args, consumer);
  }
}

async function checkNext(name) {
  const folder = path.join(work, `next-${name}`);
  const versions = {
    next: NEXT_VERSIONS[name],
    react: '19.3.1',
    'react-dom': '19.3.1',
    '@tensorflow/tfjs-core': '4.22.0',
  };
  await installConsumer(folder, versions, ['@seg/core', '@seg/models']);
  const next = path.join(folder, 'node_modules/.bin/next');
  const env = { NEXT_TELEMETRY_DISABLED: '1' };
  const { code, output } = await run(next, ['build'], { cwd: folder, env, seconds: 300 });
  if (code !== 0) return report(`next ${versions.next} builds`, [output.trim().slice(-1500)]);
  const address = `http://127.0.0.1:${++port}`;
  try {
    const server = await startServer(next, ['start', '-p', String(port)], { cwd: folder, env, url: address });
    checkPage(`next ${versions.next} (${name})`, await openPage(browser, address), false);
    server.stop();
  } catch (error) {
    report(`next ${versions.next}`, [error.message]);
  }
}
