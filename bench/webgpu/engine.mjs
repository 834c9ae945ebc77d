// One network on the GPU in a process of its own: reads a line, runs a forward pass, answers with seconds and megabytes.
//   node engine.mjs webgpu|onnxruntime PRESET HEIGHTxWIDTH
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const require = createRequire(new URL('../../packages/cli/package.json', import.meta.url));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { init, ParamStore, useBackend } = await load('@seg/core');
const { buildModel, PRESETS } = await load('@seg/models');
const tf = await load('@tensorflow/tfjs-core');

const [engine, preset, sides] = process.argv.slice(2);
const [height, width] = sides.split('x').map(Number);
tf.enableProdMode();
await useBackend('webgpu');
init.seedInitializers(1);
const model = buildModel(new ParamStore(), PRESETS[preset].config);
const pixels = tf.randomNormal([1, height, width, 3], 0, 1, 'float32', 1);
const run = engine === 'webgpu' ? () => readAndDispose(model.forward(pixels)) : await startOnnx();
for await (const _ of createInterface({ input: process.stdin })) {
  const started = performance.now();
  await run();
  const seconds = (performance.now() - started) / 1000;
  const megabytes =
    engine === 'webgpu' ? (tf.memory().numBytesInGPUAllocated ?? tf.memory().numBytesInGPU) / 2 ** 20 : null;
  console.log(JSON.stringify({ seconds, megabytes }));
}
process.exit(0);

/** The same network, as we export it, on the GPU through onnxruntime. */
async function startOnnx() {
  const { exportGraph } = await load('@seg/onnx');
  const { openSession } = await load('@seg/onnx/node');
  const graph = await exportGraph(model, { size: [height, width] });
  model.dispose();
  const session = await openSession(graph, { executionProviders: ['webgpu'] });
  const nchw = tf.transpose(pixels, [0, 3, 1, 2]);
  return async () => tf.dispose([...(await session.run({ pixel_values: nchw })).values()]);
}

async function readAndDispose(prediction) {
  const tensors = leaves(prediction);
  await Promise.all(tensors.map((tensor) => tensor.data()));
  tf.dispose(tensors);
}

function leaves(part) {
  if (part instanceof tf.Tensor) return [part];
  return part !== null && typeof part === 'object' ? Object.values(part).flatMap(leaves) : [];
}
