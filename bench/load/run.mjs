// From a model folder on disk to the first result on a photograph of 640 x 480, by precision of the weights. The folders are
// written before, and read once, so that disks count little.
//   node run.mjs [--preset mask2former-swin-l-coco-panoptic] [--backend wasm] [--precision float32,float16,int8] [--rounds 2]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BACKENDS, count, oneOf, readArguments, someOf, text } from '../arguments.mjs';

const { values } = readArguments(import.meta.url, {
  preset: text('mask2former-swin-l-coco-panoptic'),
  backend: oneOf(BACKENDS, 'wasm'),
  precision: someOf(['float32', 'float16', 'int8'], 'float32,float16,int8'),
  rounds: count('2'),
});
const here = import.meta.dirname;
const node = (...args) => execFileSync(process.execPath, args, { cwd: here, encoding: 'utf8' });

console.log(`${values.preset} on ${values.backend}, least of ${values.rounds} rounds\n`);
console.log(
  '| weights | MB on disk | s to load | s to the first result | MB resident when loaded | at most |\n|---|---|---|---|---|---|',
);
for (const precision of values.precision.split(',')) {
  const folder = mkdtempSync(path.join(tmpdir(), 'seg-load-'));
  try {
    node('make.mjs', values.preset, precision, folder);
    const bytes = (await readdir(folder)).reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
    const rounds = Array.from({ length: Number(values.rounds) }, () =>
      JSON.parse(node('engine.mjs', values.backend, folder).trim().split('\n').at(-1)),
    );
    const least = (field) => Math.min(...rounds.map((round) => round[field]));
    const row = [
      precision,
      (bytes / 1e6).toFixed(0),
      least('load').toFixed(1),
      least('result').toFixed(1),
      least('megabytes').toFixed(0),
      least('most').toFixed(0),
    ];
    console.log(`| ${row.join(' | ')} |`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
