import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ParamStore, useBackend } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { forwardOf } from '../src/export/forward-of.ts';
import { encodeSavedModel, exportSavedModel } from '../src/index.ts';
import { ONNX_BODIES } from '../src/kernels/onnx-bodies.ts';
import { writeSavedModel } from '../src/node.ts';
import { TENSORFLOW_BODIES } from '../src/saved-model/tensorflow-bodies.ts';
import { modelOf, SYSTEMS, sizeOf } from './systems.ts';

const run = promisify(execFile);

/** A Python with TensorFlow; only this check needs one. */
const PYTHON = process.env.SEG_TENSORFLOW_PYTHON ?? 'python3';
const hasTensorflow = await run(PYTHON, ['-c', 'import importlib.util as u; assert u.find_spec("tensorflow")'])
  .then(() => true)
  .catch(() => false);

let folder = '';
beforeAll(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(path.join(tmpdir(), 'seg-saved-model-'));
});
afterAll(() => rm(folder, { recursive: true }));

const SCRIPT = path.join(import.meta.dirname, '../../../scripts/check-saved-model.py');

/** Float32's rounding through some fifty layers, relative to the largest value of an output; as ONNX's tests have it. */
const TOLERANCE = 2e-4;

test.skipIf(!hasTensorflow)(
  'TensorFlow and TFLite with built-in operators give the outputs of every system (needs SEG_TENSORFLOW_PYTHON)',
  async () => {
    const places: string[] = [];
    for (const name of Object.keys(SYSTEMS)) places.push(await written(name));
    const { stdout } = await run(PYTHON, [SCRIPT, ...places], { maxBuffer: 1e8 });
    const found = stdout.trim().split('\n').map((line) => JSON.parse(line)); // biome-ignore format: one line
    expect(found.map((one) => one.folder)).toEqual(places);
    for (const { folder: place, tensorflow, tflite } of found) {
      expect(tensorflow, place).toBeLessThan(TOLERANCE);
      expect(tflite, place).toBeLessThan(TOLERANCE);
    }
  },
  600_000,
);

/** A SavedModel, another image than the traced one, and what the backend makes of it. */
async function written(name: string): Promise<string> {
  const model = modelOf(SYSTEMS[name]);
  const place = path.join(folder, name.replaceAll(' ', '-'));
  const size = sizeOf(name);
  await writeSavedModel(place, await exportSavedModel(model, { size }));
  const pixels = tf.randomNormal([1, ...size, 3], 0, 1, 'float32', 7) as tf.Tensor4D;
  const outputs = forwardOf(model, pixels, undefined);
  const values: Record<string, number[]> = {};
  for (const output of outputs) values[output.name] = Array.from(await output.tensor.data());
  await writeFile(path.join(place, 'x.bin'), new Uint8Array((await pixels.data()).slice().buffer));
  await writeFile(path.join(place, 'y.json'), JSON.stringify(values));
  tf.dispose([pixels, ...outputs.map(({ tensor }) => tensor)]);
  model.dispose();
  return place;
}

test('every kernel with a form in ONNX has one in TensorFlow', () => {
  expect(Object.keys(TENSORFLOW_BODIES)).toEqual(Object.keys(ONNX_BODIES));
});

test('a graph reads like the network: keys, paths of modules, inputs that are there', async () => {
  const model = modelOf(SYSTEMS['mask2former with Swin']);
  await exportSavedModel(model, { size: [64, 96] }); // makes what the model keeps of its parameters
  const before = tf.memory().numTensors;
  const { nodes, inputs, outputs } = await exportSavedModel(model, { size: [64, 96], batch: 2 });
  expect(tf.memory().numTensors).toBe(before);
  const names = new Set(nodes.map(({ name }) => name));
  expect(names.size).toBe(nodes.length);
  for (const { inputs: operands } of nodes) for (const each of operands) expect(names).toContain(each.split(':')[0]);
  for (const name of names) expect(name).toMatch(/^[A-Za-z0-9.][A-Za-z0-9_./-]*$/);
  expect([...names].filter((name) => name.includes('transformer_module.decoder.layers.0')).length).toBeGreaterThan(9);
  expect(inputs.map(({ name, dims }) => [name, dims])).toEqual([['pixel_values', [2, 64, 96, 3]]]);
  expect(outputs.map(({ name }) => name)).toEqual(['class_queries_logits', 'masks_queries_logits']);
  expect(outputs[1].dims.slice(0, 3)).toEqual([2, 16, 24]);
  model.dispose();
});

test('bytes are those of the messages of TensorFlow', () => {
  const file = encodeSavedModel({
    nodes: [{ op: 'Identity', name: 'y', inputs: ['x'], attributes: { T: { type: 'float32' } } }],
    inputs: [],
    outputs: [{ name: 'out', node: 'y', type: 'float32', dims: [2] }],
  });
  const text = Buffer.from(file).toString('latin1');
  expect([...file.subarray(0, 3)]).toEqual([0x08, 0x01, 0x12]); // schema version 1, then one graph
  // NodeDef y = Identity(x) with T = DT_FLOAT, by hand from node_def.proto and attr_value.proto
  expect(text).toContain('\x0a\x01y\x12\x08Identity\x1a\x01x\x2a\x07\x0a\x01T\x12\x02\x30\x01');
  // TensorInfo y:0, DT_FLOAT, [2], from meta_graph.proto
  expect(text).toContain('\x0a\x03y:0\x10\x01\x1a\x04\x12\x02\x08\x02');
});

test('a folder with files, one that cannot be made: one line, and no half folder', async () => {
  const graph = { nodes: [], inputs: [], outputs: [] };
  const full = path.join(folder, 'full');
  await mkdir(full);
  await writeFile(path.join(full, 'mine'), '');
  await expect(writeSavedModel(full, graph)).rejects.toThrow(
    /expected .*full to be new or empty, got a folder with mine/,
  );
  await expect(writeSavedModel(path.join(full, 'mine', 'm'), graph)).rejects.toThrow(
    /writeSavedModel: expected .*ENOTDIR/,
  );
  expect(await readdir(full)).toEqual(['mine']);
  await writeSavedModel(path.join(folder, 'new'), graph, { metadata: { id2label: '{}' } });
  expect(JSON.parse(await readFile(path.join(folder, 'new/assets.extra/seg.json'), 'utf8'))).toEqual({
    id2label: '{}',
  });
});

test('sizes that are none are refused before anything runs', async () => {
  const model = { params: new ParamStore(), config: { model: 'none' }, forward: () => expect.fail('ran') };
  await expect(exportSavedModel(model, { size: [0, 32] })).rejects.toThrow(
    'exportSavedModel: expected a height and a width, got 0,32',
  );
});
