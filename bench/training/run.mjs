// A training step of Mask2Former-R50, one image with ten objects, ours beside PyTorch's: one resident process per engine, in
// turn, a random order per round, the least of all rounds, and the most memory of each process.
//   node bench/training/run.mjs [--size 256] [--threads 2] [--rounds 3] [--engines wasm,node,pytorch]
// wasm-masks and node-masks compare whole masks instead of points; wasm-recompute and node-masks-recompute keep no activations of
// blocks. SEG_PYTHON is a python3 with torch and transformers.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const here = import.meta.dirname;
const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '256' },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    engines: { type: 'string', default: 'wasm,node,pytorch' },
  },
});
const { size, threads, rounds } = values;

const engines = values.engines.split(',').map(start);
for (const engine of engines) await engine.step(); // warms up
for (let round = 0; round < Number(rounds); round++) {
  for (const engine of engines.toSorted(() => Math.random() - 0.5)) await engine.step();
}
for (const { child } of engines) child.kill();

console.log(`Mask2Former-R50, a step at ${size} x ${size}, ${threads} threads, least of ${rounds} rounds`);
for (const { name, least, most } of engines) {
  const ratios = engines
    .filter((peer) => peer.name !== name)
    .map((peer) => `${(least('seconds') / peer.least('seconds')).toFixed(2)} of ${peer.name}`);
  const times = `${least('seconds').toFixed(2)} s, ${least('processor').toFixed(2)} s of processors`;
  console.log(`${name.padEnd(10)} ${times}, ${(most() / 1024).toFixed(1)} GB   ${ratios.join(', ')}`);
}

function start(name) {
  const [backend, ...wishes] = name.split('-');
  const criterion = wishes.includes('masks') ? 'masks' : 'points';
  const kept = wishes.includes('recompute') ? 'recompute' : 'keep';
  const [command, args] =
    name === 'pytorch'
      ? [process.env.SEG_PYTHON ?? 'python3', ['pytorch.py', size, threads]]
      : [process.execPath, ['--max-old-space-size=8192', 'engine.mjs', backend, size, threads, criterion, kept]];
  const child = spawn(command, args, { cwd: here, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const steps = [];
  const step = async () => {
    child.stdin.write('\n');
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${name}: expected a step, got the end of the process in ${path.basename(here)}`);
      if (!value.startsWith('{')) continue;
      steps.push(JSON.parse(value));
      return;
    }
  };
  const least = (what) => Math.min(...steps.slice(1).map((taken) => taken[what]));
  return { name, child, step, least, most: () => steps.at(-1).megabytes };
}
