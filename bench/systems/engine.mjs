// One engine in a process of its own: reads a line, runs one forward pass, answers with seconds and those of the processors.
//   node engine.mjs wasm|node|ort-web|ort-node THREADS PRESET HEIGHT WIDTH [MODEL.onnx]
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { init, ParamStore, useBackend } from '@seg/core';
import { buildModel, PRESETS } from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';
import { openOrt } from '../peers.mjs';

const [engine, threads, preset, height, width, file] = process.argv.slice(2);
const size = [Number(height), Number(width)];
const run = engine.startsWith('ort') ? await startOrt() : await startSeg();
for await (const _ of createInterface({ input: process.stdin })) {
  const [begin, used] = [performance.now(), process.cpuUsage()];
  await run();
  const { user, system } = process.cpuUsage(used);
  const seconds = (performance.now() - begin) / 1000;
  console.log(JSON.stringify({ seconds, processor: (user + system) / 1e6 }));
}
process.exit(0);

async function startSeg() {
  tf.enableProdMode();
  await useBackend(engine, { threads: Number(threads) });
  init.seedInitializers(1);
  const model = buildModel(new ParamStore(), PRESETS[preset].config);
  const pixels = tf.randomNormal([1, ...size, 3], 0, 1, 'float32', 1);
  return async () => {
    const tensors = leaves(model.forward(pixels));
    await Promise.all(tensors.map((tensor) => tensor.data()));
    tf.dispose(tensors);
  };
}

function leaves(part) {
  if (part instanceof tf.Tensor) return [part];
  return part !== null && typeof part === 'object' ? Object.values(part).flatMap(leaves) : [];
}

async function startOrt() {
  const model = engine === 'ort-web' ? readFileSync(file) : file;
  const { ort, session } = await openOrt(engine, model, Number(threads));
  const values = Float32Array.from({ length: 3 * size[0] * size[1] }, Math.random);
  const pixels = new ort.Tensor('float32', values, [1, 3, ...size]);
  return () => session.run({ pixel_values: pixels });
}
