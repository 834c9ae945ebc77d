// A forward pass on a GPU: ours through WebGPU, our export through onnxruntime's WebGPU on the same adapter, PyTorch in float32.
// One resident process per engine, in turn, a random order per round, the least of all rounds.
//   node run.mjs [--preset r50,swin-large] [--size 800x1344] [--rounds 5] [--engines webgpu,onnxruntime,pytorch]
// SEG_PYTHON  a python3 with torch and transformers
import { count, readArguments, size, someOf } from '../arguments.mjs';
import { inTurn, startEngine } from '../engines.mjs';

const PRESETS = {
  r50: 'mask2former-r50-coco-panoptic',
  'swin-large': 'mask2former-swin-l-coco-panoptic',
};
const { values } = readArguments(
  import.meta.url,
  {
    preset: someOf(Object.keys(PRESETS), 'r50,swin-large'),
    size: size('800x1344'),
    rounds: count('5'),
    engines: someOf(['webgpu', 'onnxruntime', 'pytorch'], 'webgpu,onnxruntime,pytorch'),
  },
  { peers: ({ engines }) => engines },
);

for (const preset of values.preset.split(',')) {
  const engines = values.engines.split(',').map((name) => start(name, preset));
  await inTurn(engines, Number(values.rounds)); // the first run compiles
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
  const { run, stop } = startEngine(name, command, args, { cwd: import.meta.dirname });
  const engine = { name, stop, first: null, best: Number.POSITIVE_INFINITY, megabytes: null };
  engine.run = async () => {
    const { seconds, megabytes } = await run();
    if (engine.first === null) engine.first = seconds;
    else engine.best = Math.min(engine.best, seconds);
    engine.megabytes = megabytes;
  };
  return engine;
}
