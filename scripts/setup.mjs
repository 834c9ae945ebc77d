// Brings pnpm, installs the lockfile's packages and builds what is stale. Needs Node 20 or later and npm, nothing else.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const stamp = path.join(root, 'node_modules', '.seg-installed');
const { packageManager } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

const [major] = process.versions.node.split('.').map(Number);
if (major < 20) {
  console.error(`setup: expected Node 20 or later, got ${process.versions.node}`);
  process.exit(1);
}

const lock = createHash('sha256')
  .update(readFileSync(path.join(root, 'pnpm-lock.yaml')))
  .digest('hex');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  console.log(`setup: installing with ${packageManager}`);
  run('npx', ['--yes', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only']);
  writeFileSync(stamp, lock);
}
console.log('setup: building');
run(path.join(root, 'node_modules', '.bin', 'turbo'), [
  'run',
  'build',
  '--output-logs=errors-only',
  '--log-order=stream',
]);

function run(command, args) {
  const bin = path.join(root, 'node_modules', '.bin');
  const env = {
    ...process.env,
    PATH: `${bin}${path.delimiter}${process.env.PATH}`,
    TURBO_TELEMETRY_DISABLED: '1',
    CI: 'true',
  };
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env,
    shell: process.platform === 'win32',
  });
  if (error || status !== 0) {
    console.error(
      `setup: expected ${path.basename(command)} ${args[0]} to succeed, got ${error?.message ?? `exit code ${status}`}`,
    );
    process.exit(1);
  }
}
