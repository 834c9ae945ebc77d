// Whole forward pass of Mask2Former-R50 at 512 x 512, ours beside the usual runtimes, as ratios taken in one run: one
// resident process per engine, in turn, a random order per round, the least of all rounds.
//   node run.mjs [--threads 2] [--rounds 5] [--engines wasm,node,ort-web,ort-node,pytorch] [--earlier FOLDER] [--record]
// `wasm-earlier` among the engines is WebAssembly of another built checkout, in --earlier
// SEG_PYTHON  a python3 with torch, transformers, onnx and onnxscript, for the peer's export and for PyTorch
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { count, flag, readArguments, someOf, text } from '../arguments.mjs';
import { inTurn, leastOf, ratiosOf, startEngine } from '../engines.mjs';
import { installRuntimes } from '../peers.mjs';
import { recordRow, thisRun } from '../results/record.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const { values } = readArguments(
  import.meta.url,
  {
    threads: count('2'),
    rounds: count('5'),
    engines: someOf(
      ['wasm', 'node', 'ort-web', 'ort-node', 'pytorch', 'wasm-earlier', 'node-earlier'],
      'wasm,node,ort-web,ort-node,pytorch',
    ),
    earlier: text(),
    record: flag(),
    onnx: text(path.join(tmpdir(), 'seg-mask2former-r50.onnx')),
  },
  {
    peers: ({ engines }) => engines,
    also: ({ engines, earlier }) =>
      engines.includes('-earlier') && earlier === undefined
        ? 'expected --earlier FOLDER of another built checkout, got none'
        : undefined,
  },
);
const python = process.env.SEG_PYTHON ?? 'python3';
const names = values.engines.split(',');
if (names.some((name) => name.startsWith('ort'))) installRuntimes();
if (names.some((name) => name.startsWith('ort')) && !existsSync(values.onnx)) {
  execFileSync(python, [path.join(here, 'export.py'), values.onnx], { stdio: 'inherit' });
}

const results = await inTurn(names.map(start), Number(values.rounds));
const best = new Map([...results].map(([name, taken]) => [name, leastOf(taken)]));
const seconds = new Map([...best].map(([name, result]) => [name, result.seconds]));

console.log(`Mask2Former-R50, 512 x 512, ${values.threads} threads, least of ${values.rounds} rounds`);
for (const [name, { parts, heapMiB }] of best) {
  const heap = heapMiB ? `   heap ${heapMiB.toFixed(0)} MiB` : '';
  console.log(`${name.padEnd(12)} ${seconds.get(name).toFixed(2)} s   ${ratiosOf(name, seconds)}${heap}`);
  if (parts === undefined) continue;
  const times = Object.entries(parts).map(([part, time]) => `${part} ${time.toFixed(2)} s`);
  console.log(`          ${times.join(', ')}`);
}
if (values.record)
  recordRow('mask2former-r50', { ...thisRun(values.threads), size: '512' }, Object.fromEntries(seconds));

function start(name) {
  const [command, args] =
    name === 'pytorch'
      ? [python, ['pytorch.py', values.threads]]
      : [process.execPath, ['engine.mjs', name.replace('-earlier', ''), values.threads, values.onnx]];
  const cwd = name.endsWith('-earlier') ? path.join(values.earlier, 'bench/mask2former') : here;
  return startEngine(name, command, args, { cwd });
}
