// Our export of Mask2Former-R50 in onnxruntime-node beside PyTorch's own, in turns: node bench/onnx.mjs FILE.onnx [--threads 1]
// [--rounds 3], after a build. FILE is what bench/mask2former/export.py --dynamo 256 320 writes.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { count, readArguments, text } from './arguments.mjs';

const require = createRequire(new URL('../packages/cli/package.json', import.meta.url));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { ParamStore, useBackend } = await load('@seg/core');
const { buildModel, PRESETS } = await load('@seg/models');
const { exportGraph } = await load('@seg/onnx');
const { openSession } = await load('@seg/onnx/node');
const tf = await load('@tensorflow/tfjs-core');

const { values, positionals } = readArguments(
  import.meta.url,
  { threads: count('1'), rounds: count('3') },
  {
    places: { FILE: text() },
    peers: () => 'ort-node,pytorch',
    also: (_, files) => (files.length === 1 ? undefined : `expected one FILE.onnx, got ${files.length}`),
  },
);
const threads = Number(values.threads);
const [preset, size] = ['mask2former-r50-coco-panoptic', [256, 320]];

await useBackend('wasm', { threads });
await besideTorch(positionals[0]);
process.exit(); // threads of WebAssembly would keep it

/** Both exports of Mask2Former R50 in turns, in onnxruntime. */
async function besideTorch(file) {
  const ort = createRequire(require.resolve('@seg/onnx/node'))('onnxruntime-node');
  const model = buildModel(new ParamStore(), PRESETS[preset].config);
  const graph = await exportGraph(model, { size });
  const options = { intraOpNumThreads: threads, logSeverityLevel: 3 };
  const [ours, theirs] = [await openSession(graph, options), await ort.InferenceSession.create(file, options)];
  const nchw = tf.randomNormal([1, 3, ...size]);
  const feeds = { pixel_values: new ort.Tensor('float32', await nchw.data(), nchw.shape) };
  const times = [[], []];
  for (let round = 0; round <= Number(values.rounds); round++) {
    times[0].push(await timed(async () => tf.dispose([...(await ours.run({ pixel_values: nchw })).values()])));
    times[1].push(await timed(() => theirs.run(feeds)));
  }
  const [a, b] = times.map((each) => median(each.slice(1)).toFixed(0));
  console.log(`${preset}: ${graph.nodes.length} nodes, ours ${a} ms, PyTorch's ${b} ms`);
}

async function timed(act) {
  const begin = performance.now();
  await act();
  return performance.now() - begin;
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
