// Writes what the server takes: OUT/model.onnx, for images of every size, and its notes in OUT/notes.json.
//
//   node examples/onnx-server/export.mjs MODEL OUT
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { useBackend } from '@seg/core';
import { loadModel } from '@seg/models';
import { exportGraph, metadataOf } from '@seg/onnx';
import { writeModel } from '@seg/onnx/node';

const [location, out] = process.argv.slice(2);
await useBackend('wasm', { threads: 1 });
const { model, ...description } = await loadModel(location);
const metadata = metadataOf({ config: model.config, ...description });
await mkdir(out, { recursive: true });
await writeModel(path.join(out, 'model.onnx'), await exportGraph(model, { size: 'free' }), { metadata });
await writeFile(path.join(out, 'notes.json'), JSON.stringify(metadata)); // onnxruntime-node does not show a file's metadata
model.dispose();
