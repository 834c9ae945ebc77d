// Forward passes of the five systems at published sizes with random weights: our export in onnxruntime-node beside
// WebAssembly. `node bench/onnx.mjs [--threads 1] [--rounds 3] [--torch FILE.onnx]`, after a build; FILE is what
// bench/mask2former/export.py --dynamo 256 320 writes, PyTorch's export of the first network, run beside ours and alone.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const require = createRequire(new URL('../packages/cli/package.json', import.meta.url));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { init, ParamStore, useBackend } = await load('@seg/core');
const { buildModel, PRESETS } = await load('@seg/models');
const { exportGraph } = await load('@seg/onnx');
const { openSession } = await load('@seg/onnx/node');
const tf = await load('@tensorflow/tfjs-core');

const { values } = parseArgs({
  options: {
    threads: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
    torch: { type: 'string' },
  },
});
const threads = Number(values.threads);
const CASES = [
  ['mask2former-r50-coco-panoptic', [256, 320]],
  ['mask2former-swin-t-coco-panoptic', [256, 320]],
  ['maskformer-r50-coco', [256, 320]],
  ['solov2-r50-coco', [256, 320]],
  ['max-deeplab-s-coco', [257, 321]],
  ['panoptic-segformer-r50-coco', [256, 320]],
];

await useBackend('wasm', { threads });
if (values.torch !== undefined) {
  await besideTorch(values.torch);
  process.exit();
}
console.log(`${threads} threads, medians of ${values.rounds}`);
for (const [preset, size] of CASES) {
  init.seedInitializers(1);
  const model = buildModel(new ParamStore(), PRESETS[preset].config);
  const begin = performance.now();
  const graph = await exportGraph(model, { size });
  const exported = performance.now() - begin;
  const session = await openSession(graph, { intraOpNumThreads: threads });
  const opened = performance.now() - begin - exported;
  const pixels = tf.randomNormal([1, ...size, 3]);
  const nchw = tf.transpose(pixels, [0, 3, 1, 2]);
  const [theirs, ours] = [[], []];
  for (let round = 0; round <= Number(values.rounds); round++) {
    theirs.push(await timed(async () => tf.dispose([...(await session.run({ pixel_values: nchw })).values()])));
    ours.push(await timed(async () => readAndDispose(model.forward(pixels))));
  }
  const [a, b] = [median(theirs.slice(1)), median(ours.slice(1))]; // the first of each warms
  console.log(
    `${preset.padEnd(34)} nodes ${graph.nodes.length}  export ${(exported / 1000).toFixed(1)} s  open ${(opened / 1000).toFixed(1)} s  onnxruntime ${a.toFixed(0)} ms  wasm ${b.toFixed(0)} ms  ratio ${(b / a).toFixed(1)}`,
  );
  tf.dispose([pixels, nchw]);
  await session.dispose();
  model.dispose();
}
process.exit(); // threads of WebAssembly would keep it

/** Both exports of Mask2Former R50 in turns, in onnxruntime. */
async function besideTorch(file) {
  const [preset, size] = CASES[0];
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

async function readAndDispose(prediction) {
  const tensors = leaves(prediction);
  for (const tensor of tensors) await tensor.data();
  tf.dispose(tensors);
}

function leaves(part) {
  if (part instanceof tf.Tensor) return [part];
  return part !== null && typeof part === 'object' ? Object.values(part).flatMap(leaves) : [];
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
