// Every published preset with random weights on a small image, each in a process of its own:
// node scripts/run-presets.mjs --backend wasm [PATTERN]. SEG_SUPPORT names a file for rows of the support table.
import { spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { PRESETS } from '@seg/models';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const vitest = path.join(root, 'node_modules', '.bin', 'vitest');
const args = process.argv.slice(2);
const at = args.indexOf('--backend');
const [backend] = at < 0 ? ['wasm'] : args.splice(at, 2).slice(1);
const pattern = new RegExp(args[0] ?? '');
const names = Object.keys(PRESETS).filter((name) => pattern.test(name));
const failed = names.filter((name, i) => !run(name, i));
console.log(`${names.length - failed.length} of ${names.length} presets on ${backend}`);
if (failed.length > 0) console.log(`failed: ${failed.join(', ')}`);
process.exit(failed.length > 0 || names.length === 0 ? 1 : 0);

function run(name, i) {
  const started = performance.now();
  const env = { ...process.env, SEG_PRESETS: name, SEG_BACKENDS: backend, NODE_OPTIONS: '--max-old-space-size=8192' };
  const command = ['run', 'packages/models/test/every-preset.wide.test.ts'];
  const { status, stdout, stderr } = spawnSync(vitest, command, {
    cwd: root,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const ok = status === 0;
  console.log(`${i + 1}/${names.length} ${name}: ${ok ? 'ok' : `failed, ${reason(stdout + stderr)}`} in ${seconds} s`);
  const file = process.env.SEG_SUPPORT;
  if (!ok && file)
    appendFileSync(file, `${JSON.stringify({ preset: name, backend, failed: reason(stdout + stderr) })}\n`);
  return ok;
}

/** What a run's output says of its failure, in a few words. */
function reason(output) {
  if (/out of memory|heap limit|allocation failed|memory access out of bounds/i.test(output)) return 'memory';
  const line = stripVTControlCharacters(output).match(/^.*Error: (.*)$/m);
  return line === null ? 'no reason given' : line[1].trim().slice(0, 120);
}
