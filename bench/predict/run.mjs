// Images a second of `seg predict` with 1 and 2 processes, and where the time goes:
//   node bench/predict/run.mjs [--images 60] [--model examples/mask2former/model] [--backend wasm]
// Needs a build. The pictures are those of examples/samples, over and over.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BACKENDS, count, oneOf, readArguments, text } from '../arguments.mjs';

const { values } = readArguments(import.meta.url, {
  images: count('60'),
  model: text('examples/mask2former/model'),
  backend: oneOf(BACKENDS, 'wasm'),
});
const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'seg-bench-'));
try {
  const samples = path.join(root, 'examples/samples/images');
  const names = readdirSync(samples);
  mkdirSync(path.join(folder, 'in'));
  for (let i = 0; i < Number(values.images); i++) {
    cpSync(path.join(samples, names[i % names.length]), path.join(folder, 'in', `${i}.jpg`));
  }
  console.log('| processes | images/s | s of reading | s of the model | s of writing |\n|---|---|---|---|---|');
  for (const workers of [1, 2])
    console.log(
      `| ${workers} | ${run(workers)
        .map((one) => one.toFixed(2))
        .join(' | ')} |`,
    );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(workers) {
  const [out, metrics] = [path.join(folder, `out${workers}`), path.join(folder, `${workers}.prom`)];
  const args = ['predict', path.join(folder, 'in'), '--model', values.model, '--backend', values.backend];
  const rest = ['--out', out, '--metrics', metrics, '--workers', String(workers)];
  const seg = path.join(root, 'packages/cli/bin/seg.mjs');
  const { status, stderr } = spawnSync(process.execPath, [seg, ...args, ...rest], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`run: expected success, got ${stderr}`);
  const text = readFileSync(metrics, 'utf8');
  const number = (name) => Number(new RegExp(`^seg_predict_${name} (.+)$`, 'm').exec(text)[1]);
  const steps = ['read', 'model', 'write'].map(
    (step) => number(`seconds_total\\{step="${step}"\\}`) / Number(values.images),
  );
  return [number('images_per_second'), ...steps];
}
