// A forward pass on a GPU: ours through WebGPU, our export through onnxruntime's WebGPU on the same adapter, PyTorch in float32.
// One resident process per engine, in turn, a random order per round, the least of all rounds.
//   node run.mjs [--preset r50,swin-large] [--size 800x1344] [--rounds 5] [--engines webgpu,onnxruntime,pytorch]
// SEG_PYTHON  a python3 with torch and transformers
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const PRESETS = {
  r50: 'mask2former-r50-coco-panoptic',
  'swin-large': 'mask2former-swin-l-coco-panoptic',
};
const { values } = parseArgs({
  options: {
    preset: { type: 'string', default: 'r50,swin-large' },
    size: { type: 'string', default: '800x1344' },
    rounds: { type: 'string', default: '5' },
    engines: { type: 'string', default: 'webgpu,onnxruntime,pytorch' },
  },
});

for (const preset of values.preset.split(',')) {
  const engines = values.engines.split(',').map((name) => start(name, preset));
  for (const engine of engines) await engine.run(); // compiles
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const engine of engines.toSorted(() => Math.random() - 0.5)) await engine.run();
  }
  for (const { child } of engines) child.kill();
  console.log(`${PRESETS[preset]}, ${values.size}, least of ${values.rounds} rounds`);
  for (const engine of engines) console.log(lineOf(engine, engines));
}

function lineOf({ name, first, best, megabytes }, engines) {
  const ratios = engines
    .filter((peer) => peer.name !== name)
    .map((peer) => `${(best / peer.best).toFixed(2)} of ${peer.name}`);
  const memory = megabytes === null ? '' : `   ${megabytes.toFixed(0)} MB on the GPU`;
  return `${name.padEnd(12)} ${best.toFixed(3)} s   first ${first.toFixed(1)} s   ${ratios.join(', ')}${memory}`;
}

function start(name, preset) {
  const [command, args] =
    name === 'pytorch'
      ? [process.env.SEG_PYTHON ?? 'python3', ['pytorch.py', preset, values.size]]
      : [process.execPath, ['engine.mjs', name, PRESETS[preset], values.size]];
  const child = spawn(command, args, { cwd: import.meta.dirname, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const engine = { name, child, first: null, best: Number.POSITIVE_INFINITY, megabytes: null };
  engine.run = async () => {
    child.stdin.write('\n');
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${name}: expected an answer, got the end of the process`);
      if (!value.startsWith('{')) continue;
      const { seconds, megabytes } = JSON.parse(value);
      if (engine.first === null) engine.first = seconds;
      else engine.best = Math.min(engine.best, seconds);
      engine.megabytes = megabytes;
      return;
    }
  };
  return engine;
}
