// Whole forward pass of Mask2Former-R50 at 512 x 512, ours beside the usual runtimes, as ratios taken in one run: one
// resident process per engine, in turn, a random order per round, the least of all rounds.
//   node run.mjs [--threads 2] [--rounds 5] [--engines wasm,node,ort-web,ort-node,pytorch] [--earlier FOLDER]
// `wasm-earlier` among the engines is WebAssembly of another built checkout, in --earlier
// SEG_PYTHON  a python3 with torch, transformers, onnx and onnxscript, for the peer's export and for PyTorch
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = path.dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    engines: { type: 'string', default: 'wasm,node,ort-web,ort-node,pytorch' },
    earlier: { type: 'string' },
    onnx: { type: 'string', default: path.join(tmpdir(), 'seg-mask2former-r50.onnx') },
  },
});
const python = process.env.SEG_PYTHON ?? 'python3';
const names = values.engines.split(',');
const peers = path.join(here, '../../.seg/bench');
if (names.some((name) => name.startsWith('ort')) && !existsSync(path.join(peers, 'node_modules/onnxruntime-node'))) {
  // without their scripts: those download CUDA
  const packages = ['onnxruntime-node@1.30.0', 'onnxruntime-web@1.30.0'];
  execFileSync('npm', ['install', '--prefix', peers, '--ignore-scripts', ...packages], { stdio: 'inherit' });
}
if (names.some((name) => name.startsWith('ort')) && !existsSync(values.onnx)) {
  execFileSync(python, [path.join(here, 'export.py'), values.onnx], { stdio: 'inherit' });
}

const engines = names.map((name) => start(name));
for (const engine of engines) await engine.run(); // warm
const best = new Map();
for (let round = 0; round < Number(values.rounds); round++) {
  for (const engine of shuffled(engines)) {
    const result = await engine.run();
    if (!(result.seconds >= best.get(engine.name)?.seconds)) best.set(engine.name, result);
  }
}
for (const { child } of engines) child.kill();

console.log(`Mask2Former-R50, 512 x 512, ${values.threads} threads, least of ${values.rounds} rounds`);
for (const [name, { seconds, parts, heapMiB }] of best) {
  const ratios = [...best]
    .filter(([peer]) => peer !== name)
    .map(([peer, result]) => `${(seconds / result.seconds).toFixed(2)} of ${peer}`);
  console.log(
    `${name.padEnd(12)} ${seconds.toFixed(2)} s   ${ratios.join(', ')}${heapMiB ? `   heap ${heapMiB.toFixed(0)} MiB` : ''}`,
  );
  if (parts)
    console.log(
      `          ${Object.entries(parts)
        .map(([part, time]) => `${part} ${time.toFixed(2)} s`)
        .join(', ')}`,
    );
}

function start(name) {
  const [command, args] =
    name === 'pytorch'
      ? [python, ['pytorch.py', values.threads]]
      : [process.execPath, ['engine.mjs', name.replace('-earlier', ''), values.threads, values.onnx]];
  const cwd = name.endsWith('-earlier') ? path.join(values.earlier, 'bench/mask2former') : here;
  const child = spawn(command, args, { cwd, stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const run = async () => {
    child.stdin.write('\n');
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${name}: expected an answer, got the end of the process`);
      const found = /^(\{.*\}|[\d.]+)$/.exec(value);
      if (found) return value.startsWith('{') ? JSON.parse(value) : { seconds: Number(value) };
    }
  };
  return { name, child, run };
}

function shuffled(list) {
  return list
    .map((item) => [Math.random(), item])
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}
