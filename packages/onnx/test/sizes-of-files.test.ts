import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import type { OnnxGraph } from '../src/graph/onnx-graph.ts';
import { writeModel } from '../src/node.ts';

let folder = '';
beforeEach(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'seg-onnx-'))));
afterEach(() => rm(folder, { recursive: true }));

const weight = { name: 'w', type: 'float32', dims: [1024], data: new Uint8Array(4096).fill(7) } as const;
const graph: OnnxGraph = {
  name: 'sum',
  nodes: [{ op: 'Add', name: 'sum/Add', inputs: ['x', 'w'], outputs: ['y'] }],
  initializers: [weight, { name: 'small', type: 'int64', dims: [1], data: new Uint8Array(8) }],
  inputs: [{ name: 'x', type: 'float32', dims: ['batch', 1024] }],
  outputs: [{ name: 'y', type: 'float32', dims: ['batch', 1024] }],
};

test('weights are inside unless they are wanted apart; apart each begins a page', async () => {
  const [whole] = await writeModel(path.join(folder, 'whole.onnx'), graph);
  expect((await stat(whole)).size).toBeGreaterThan(4096);
  const files = await writeModel(path.join(folder, 'model.onnx'), graph, { apart: true });
  expect(files.map((file) => path.basename(file))).toEqual(['model.onnx', 'model.onnx.data']);
  expect((await readFile(files[1])).subarray(-4096)).toEqual(Buffer.alloc(4096, 7));
  expect((await stat(files[0])).size).toBeLessThan(1000);
  expect((await readFile(files[0])).toString('latin1')).toContain('model.onnx.data');
});

test('a folder that cannot be written is one line, and no file', async () => {
  await expect(writeModel(path.join(folder, 'absent', 'm.onnx'), graph)).rejects.toThrow(/expected to write .*ENOENT/);
  expect(await readdir(folder)).toEqual([]);
});
