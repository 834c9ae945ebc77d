// Releases what the changesets say: builds, checks, versions, publishes each package after those that it depends on.
//   pnpm release                  on a clean checkout, in a CI that npm trusts (provenance), with the right to publish
//   pnpm release --loopback       the same in a clone, to a registry on loopback, then a new user's install of it
// A release that was cut off is pressed again: versions that the registry has are passed over.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { startRegistry } from './packages/loopback-registry.mjs';
import { emptyFolder } from './packages/pack.mjs';
import { run } from './packages/run.mjs';
import { publishedPackages, root } from './packages/workspace.mjs';

/** `pnpm publish` sorts by dependence, and passes over versions that the registry has. */
const PUBLISH = ['--recursive', '--filter', './packages/*', 'publish', '--access', 'public', '--no-git-checks'];

if (process.argv.includes('--loopback')) await rehearse();
else await release();

async function release() {
  const { repository } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  if (new URL(repository.url.replace(/^git\+/, '')).hostname.endsWith('.example'))
    stop(
      'expected the address of the repository, got a placeholder: node scripts/packages/write-manifests.mjs --repository URL',
    );
  const status = spawnSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' });
  if (status.stdout.trim() !== '') stop(`expected a clean checkout, got\n${status.stdout}`);
  step(root, 'npm', ['test']);
  step(root, process.execPath, ['scripts/packages/write-manifests.mjs', '--check']);
  step(root, process.execPath, ['scripts/check-packages.mjs']);
  step(root, process.execPath, ['scripts/check-bundlers.mjs']);
  version(root);
  const { version: now } = publishedPackages()[0].manifest;
  step(root, 'git', ['commit', '--all', '--message', `Release ${now}`]);
  publish(root, ['--provenance']);
  step(root, 'git', ['tag', `v${now}`]);
  console.log(`release: ${now} is published; push the commit and the tag v${now}`);
}

/** Versions and publishes a clone of what is committed, then installs it as a new user does. */
async function rehearse() {
  const work = emptyFolder();
  const [clone, user] = ['clone', 'user'].map((name) => path.join(work, name));
  const registry = await startRegistry([]);
  try {
    step(root, 'git', ['clone', '--quiet', '--no-hardlinks', root, clone]);
    step(clone, 'npm', ['run', 'setup']);
    version(clone);
    registry.npmrc(clone);
    await publishThere(clone, registry.url);
    checkOrder(registry.published);
    mkdirSync(user);
    registry.npmrc(user);
    await orStop('npm', ['install', '--loglevel=error', '@seg/cli'], user);
    await orStop('npx', ['seg', 'predict', '--help'], user);
    console.log(
      `release: ${registry.published.length} packages went to loopback, dependencies first, and install from there`,
    );
  } finally {
    registry.close();
  }
}

function version(folder) {
  step(folder, path.join(folder, 'node_modules/.bin/changeset'), ['version']);
}

function publish(folder, options) {
  step(folder, path.join(folder, 'node_modules/.bin/pnpm'), [...PUBLISH, ...options]);
}

/** Not by `spawnSync`, in which the registry of this process could not answer. */
async function publishThere(folder, url) {
  await orStop(path.join(folder, 'node_modules/.bin/pnpm'), [...PUBLISH, '--registry', url], folder);
}

async function orStop(command, args, cwd) {
  const { code, output } = await run(command, args, { cwd, seconds: 300 });
  if (code !== 0) stop(`expected ${path.basename(command)} ${args.join(' ')} to succeed, got ${output.slice(-2000)}`);
}

/** Each package comes after those that it depends on, so that no install fails while a release is under way. */
function checkOrder(published) {
  const names = published.map((entry) => entry.replace(/(?!^)@.*$/, ''));
  for (const { name, manifest } of publishedPackages()) {
    if (!names.includes(name)) stop(`expected ${name} to be published, got ${published}`);
    for (const key of Object.keys(manifest.dependencies ?? {})) {
      if (key.startsWith('@seg/') && names.indexOf(key) > names.indexOf(name))
        stop(`expected ${key} before ${name}, got ${published}`);
    }
  }
}

function step(cwd, command, args) {
  console.log(`release: ${path.basename(command)} ${args.join(' ')}`);
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (error || status !== 0)
    stop(`expected ${path.basename(command)} to succeed, got ${error?.message ?? `exit ${status}`}`);
}

function stop(message) {
  throw new Error(`release: ${message}`);
}
