// Types, lint, layers, order, sizes, then the tests on cpu and wasm but those named `.wide.test.ts`, which take minutes each.
// `--wide` runs those alone, `--backends a,b` the tests that differ by backend, wide or not, on others.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { testsOfBackends } from './tests-of-backends.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const bin = (name) => path.join(root, 'node_modules', '.bin', name);
const argument = process.argv.indexOf('--backends');
const backends = argument < 0 ? null : process.argv[argument + 1];
const wide = process.argv.includes('--wide');
const filters = argument < 0 ? [] : testsOfBackends(root, process.argv.slice(argument + 2));
const chosen = wide ? ['.wide.test.'] : backends === null ? ['--exclude', '**/*.wide.test.*'] : filters;
const report = path.join(root, 'node_modules', '.seg-test-report.json');

if (backends === null && !wide) {
  step('types', bin('tsc'), ['-p', 'tsconfig.json']);
  step('lint', bin('biome'), ['check', '--diagnostic-level=error', '.']);
  step('layers', process.execPath, ['scripts/check-layers.mjs']);
  step('house', process.execPath, ['scripts/check-house.mjs']);
  step('sizes', process.execPath, ['scripts/check-sizes.mjs']);
  for (const reader of ['images', 'checkpoints', 'evaluations', 'panoptic-json', 'annotations', 'goldens', 'configs']) {
    step(`fuzz ${reader}`, process.execPath, ['scripts/fuzz/main.mjs', reader]);
  }
}
mkdirSync(path.dirname(report), { recursive: true });
const env = backends === null ? {} : { SEG_BACKENDS: backends };
const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
const status = run(bin('vitest'), ['run', ...reporters, ...chosen], env);
const { numPassedTests, numFailedTests, numPendingTests, success } = JSON.parse(readFileSync(report, 'utf8'));
console.log(`${wide ? 'wide ' : ''}tests on ${backends ?? 'cpu, wasm'}`);
console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`);
process.exit(status === 0 && success && numPassedTests > 0 ? 0 : 1);

function step(title, command, args) {
  const started = performance.now();
  const code = run(command, args);
  console.log(
    `${title}: ${code === 0 ? 'passed' : 'failed'} in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
  if (code !== 0) process.exit(1);
}

function run(command, args, env = {}) {
  const { status: code, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (error) console.error(error.message);
  return error ? 1 : (code ?? 1);
}
