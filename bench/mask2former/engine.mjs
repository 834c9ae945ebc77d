// One engine in a process of its own: reads a line, runs one forward pass, answers with seconds.
//   node engine.mjs wasm|node|ort-web|ort-node THREADS [MODEL.onnx]
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { openOrt } from '../peers.mjs';

const [engine, threads, onnx] = process.argv.slice(2);
const run = engine.startsWith('ort') ? await startOrt() : await startSeg();
for await (const _ of createInterface({ input: process.stdin })) console.log(`${JSON.stringify(await run())}`);
process.exit(0);

async function startSeg() {
  const { ParamStore, useBackend } = await import('@seg/core');
  const { Mask2Former, MASK2FORMER_PRESETS } = await import('@seg/models');
  const tf = await import('@tensorflow/tfjs-core');
  tf.enableProdMode();
  await useBackend(engine, { threads: Number(threads) });
  const params = new ParamStore();
  const model = new Mask2Former(params, MASK2FORMER_PRESETS['coco-panoptic-r50']);
  const pixels = tf.randomNormal([1, 512, 512, 3], 0, 1, 'float32', 1);
  const parts = timedParts(model);
  return async () => {
    parts.clear();
    const started = performance.now();
    const { classLogits, maskLogits } = model.forward(pixels);
    await Promise.all([classLogits.data(), maskLogits.data()]);
    const seconds = (performance.now() - started) / 1000;
    tf.dispose([classLogits, maskLogits]);
    const heap = tf.backend().wasm?.HEAPU8.buffer.byteLength;
    return { seconds, parts: Object.fromEntries(parts), heapMiB: heap ? heap / 2 ** 20 : undefined };
  };
}

/** Wall time of backbone, pixel decoder and query decoder: kernels run where they are called, so calls can be timed. */
function timedParts(model) {
  const parts = new Map();
  const time = (name, owner, method) => {
    const original = owner[method].bind(owner);
    owner[method] = function* (...args) {
      const steps = original(...args);
      for (;;) {
        const started = performance.now();
        const step = steps.next();
        parts.set(name, (parts.get(name) ?? 0) + (performance.now() - started) / 1000);
        if (step.done) return step.value;
        yield;
      }
    };
  };
  time('backbone', model.backbone, 'forwardSteps');
  time('pixel decoder', model.pixelDecoder, 'forwardUnprojectedSteps');
  time('query decoder', model.decoder, 'forwardLastSteps');
  return parts;
}

async function startOrt() {
  const { ort, session } = await openOrt(engine, engine === 'ort-web' ? readFileSync(onnx) : onnx, Number(threads));
  const pixels = new ort.Tensor('float32', Float32Array.from({ length: 3 * 512 * 512 }, Math.random), [1, 3, 512, 512]);
  return async () => {
    const started = performance.now();
    await session.run({ pixels });
    return { seconds: (performance.now() - started) / 1000 };
  };
}
