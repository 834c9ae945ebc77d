// Tools that build or serve the consumer, at their default settings.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

/** Versions that the checks were written with. */
export const BUNDLER_VERSIONS = {
  '@rollup/plugin-commonjs': '29.0.3',
  '@rollup/plugin-node-resolve': '16.0.3',
  '@tensorflow/tfjs-core': '4.22.0',
  esbuild: '0.28.2',
  rollup: '4.68.8',
  vite7: 'npm:vite@7.3.8',
  vite8: 'npm:vite@8.4.0',
  webpack: '5.113.0',
  'webpack-cli': '7.3.1',
};

/** Runtimes of npm's own packages, by command. */
export const RUNTIME_VERSIONS = { bun: '1.4.5', deno: '2.9.6', node22: 'npm:node@22.23.3', node24: 'npm:node@24.21.0' };

/** Next by the bundler that it builds with, each in a folder of its own. */
export const NEXT_VERSIONS = { webpack: '15.5.29', turbopack: '16.4.6' };

const page = (script) =>
  `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>page</title><script type="module" src="${script}"></script>\n`;

/** What builds, by its commands, and the pages that it made. `pages` are files of `out/NAME`, made where they are absent. */
export const BUILDS = [
  {
    name: 'esbuild',
    commands: [
      [
        'esbuild',
        'src/main.js',
        'src/worker.js',
        'src/use-own-worker.js',
        'src/seg-worker.js',
        '--bundle',
        '--minify',
        '--outdir=out/esbuild',
        '--log-level=warning',
      ],
      ['esbuild', 'src/use-worker.js', '--format=esm', '--outdir=out/esbuild', '--log-level=warning'],
    ],
    pages: { 'index.html': 'main.js', 'worker.html': 'use-worker.js', 'segmenter.html': 'use-own-worker.js' },
  },
  {
    name: 'rollup',
    commands: [
      ['rollup', '-c'],
      ['esbuild', 'src/use-worker.js', '--format=esm', '--outdir=out/rollup', '--log-level=warning'],
    ],
    pages: { 'index.html': 'main.js', 'worker.html': 'use-worker.js' },
  },
  {
    name: 'webpack',
    commands: [
      ['webpack', '--entry', './src/main.js', '--mode', 'production', '-o', 'out/webpack'],
      ['webpack', '--entry', './src/use-worker.js', '--mode', 'production', '-o', 'out/webpack/worker'],
      ['webpack', '--entry', './src/use-segmenter.js', '--mode', 'production', '-o', 'out/webpack/segmenter'],
    ],
    pages: { 'index.html': 'main.js', 'worker/index.html': 'main.js', 'segmenter/index.html': 'main.js' },
  },
  {
    name: 'vite7',
    commands: [
      ['../vite7/bin/vite.js', 'build', '--outDir', 'out/vite7', '--logLevel', 'warn', '--config', 'vite7.config.mjs'],
    ],
    pages: { 'index.html': null, 'worker.html': null, 'segmenter.html': null },
  },
  {
    name: 'vite8',
    commands: [['../vite8/bin/vite.js', 'build', '--outDir', 'out/vite8', '--logLevel', 'warn']],
    pages: { 'index.html': null, 'worker.html': null, 'segmenter.html': null },
  },
];

/** Writes the pages of a build that makes none. */
export function writePages(folder, { name, pages }) {
  for (const [file, script] of Object.entries(pages)) {
    if (script !== null) writeFileSync(path.join(folder, 'out', name, file), page(script));
  }
}

/**
 * Starts a server and waits until it answers.
 *
 * @returns {Promise<{ stop(): void, output(): string }>}
 */
export async function startServer(command, args, { cwd, env = {}, url }) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const stop = () => process.kill(-child.pid, 'SIGTERM');
  for (let tries = 0; tries < 150; tries++) {
    if (
      await fetch(url).then(
        (response) => response.ok,
        () => false,
      )
    )
      return { stop, output: () => output };
    if (child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  if (child.exitCode === null) stop();
  throw new Error(`expected ${path.basename(args[0] ?? command)} to answer at ${url}, got ${output.slice(-500)}`);
}
