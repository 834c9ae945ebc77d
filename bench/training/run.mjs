// A training step of Mask2Former-R50, one image with ten objects, ours beside PyTorch's: one resident process per engine, in
// turn, a random order per round, the least of all rounds, and the most memory of each process.
//   node bench/training/run.mjs [--size 256] [--threads 2] [--rounds 3] [--engines wasm,node,pytorch] [--record]
// wasm-masks and node-masks compare whole masks instead of points; wasm-recompute and node-masks-recompute keep no activations of
// blocks. SEG_PYTHON is a python3 with torch and transformers.
import { count, flag, readArguments, someOf } from '../arguments.mjs';
import { inTurn, leastOf, ratiosOf, startEngine } from '../engines.mjs';
import { recordRow, thisRun } from '../results/record.mjs';

const here = import.meta.dirname;
const ENGINES = ['wasm', 'node'].flatMap((name) => [
  name,
  `${name}-masks`,
  `${name}-recompute`,
  `${name}-masks-recompute`,
]);
ENGINES.push('pytorch');
const { values } = readArguments(
  import.meta.url,
  {
    size: count('256'),
    threads: count('2'),
    rounds: count('3'),
    engines: someOf(ENGINES, 'wasm,node,pytorch'),
    record: flag(),
  },
  { peers: ({ engines }) => engines },
);
const { size, threads, rounds } = values;

const results = await inTurn(values.engines.split(',').map(start), Number(rounds));
const seconds = new Map([...results].map(([name, steps]) => [name, leastOf(steps).seconds]));
const megabytes = new Map([...results].map(([name, steps]) => [name, steps.at(-1).megabytes]));
console.log(`Mask2Former-R50, a step at ${size} x ${size}, ${threads} threads, least of ${rounds} rounds`);
for (const [name, steps] of results) {
  const { processor } = leastOf(steps, 'processor');
  const times = `${seconds.get(name).toFixed(2)} s, ${processor.toFixed(2)} s of processors`;
  console.log(`${name.padEnd(10)} ${times}   time ${ratiosOf(name, seconds)}`);
  console.log(`${''.padEnd(10)} ${megabytes.get(name).toFixed(0)} MB at most   memory ${ratiosOf(name, megabytes)}`);
}
if (values.record) recordRow('training', { ...thisRun(threads), size }, Object.fromEntries(seconds));

function start(name) {
  const [backend, ...wishes] = name.split('-');
  const criterion = wishes.includes('masks') ? 'masks' : 'points';
  const kept = wishes.includes('recompute') ? 'recompute' : 'keep';
  const [command, args] =
    name === 'pytorch'
      ? [process.env.SEG_PYTHON ?? 'python3', ['pytorch.py', size, threads]]
      : [process.execPath, ['--max-old-space-size=8192', 'engine.mjs', backend, size, threads, criterion, kept]];
  return startEngine(name, command, args, { cwd: here });
}
