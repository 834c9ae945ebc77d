import { expect, it } from 'vitest';

import { encodeModel, exportGraph, exportSavedModel, webRuntime } from '../src/index.ts';
import { onnxRuntime, writeModel, writeSavedModel } from '../src/node.ts';

const model = { forward: () => ({}), params: {}, config: { model: 'mask2former' } } as never;
const none = {} as never;

/** Calls with whatever a caller without types may give. */
const calls: Record<string, (options: never) => unknown> = {
  exportGraph: (o) => exportGraph(model, o),
  exportSavedModel: (o) => exportSavedModel(model, o),
  encodeModel: (o) => encodeModel(none, o),
  writeModel: (o) => writeModel('nowhere', none, o),
  writeSavedModel: (o) => writeSavedModel('nowhere', none, o),
  webRuntime: (o) => webRuntime(o),
};

it.each(Object.keys(calls))('%s refuses options that it does not know, and null', async (name) => {
  const call = async (options: unknown) => calls[name](options as never);
  await expect(call({ task: 'semantic' })).rejects.toThrow(
    new RegExp(`^${name}: expected nothing but .*, got task "semantic"$`),
  );
  await expect(call(null)).rejects.toThrow(`${name}: expected an object of options, got null`);
});

it.each<[string, object, string]>([
  [
    'exportGraph',
    { size: [64, 64], precision: 'f16' },
    'exportGraph: expected float32, float16 as precision, got "f16"',
  ],
  [
    'exportGraph',
    { size: [64, 64], answer: { task: 'semantic' } },
    'expected an object of a task and its preprocessing as answer',
  ],
  ['exportGraph', { size: [64] }, 'expected a height and a width, got 64'],
  ['exportGraph', { size: 64 }, 'expected a height and a width, got 64'],
  ['exportGraph', { size: [64, 64, 64] }, 'expected a height and a width, got 64,64,64'],
  ['exportGraph', { size: [64, Number.NaN] }, 'expected a height and a width, got 64,NaN'],
  ['exportGraph', { size: [64, 64], batch: Number.NaN }, 'expected a batch or free, got NaN'],
  ['exportSavedModel', { size: [64, 64, 64] }, 'exportSavedModel: expected a height and a width, got 64,64,64'],
  ['encodeModel', { metadata: { step: 5 } }, 'encodeModel: expected texts by name as metadata, got {"step":5}'],
  ['writeModel', { apart: 'yes' }, 'writeModel: expected true or false as apart, got "yes"'],
  ['webRuntime', {}, 'webRuntime: expected onnxruntime-web as ort, got none'],
  ['webRuntime', { ort: { InferenceSession: {} }, maxSizes: Number.NaN }, 'as maxSizes, got NaN'],
])('%s refuses %j', async (name, options, message) => {
  await expect((async () => calls[name](options as never))()).rejects.toThrow(message);
});

it('runtimes of Node and models that are none', async () => {
  expect(() => onnxRuntime(null as never)).toThrow('onnxRuntime: expected an object of options, got null');
  expect(() => onnxRuntime({ maxSizes: Number.NaN })).toThrow(
    'onnxRuntime: expected a whole number of at least 1 as maxSizes',
  );
  const nothing = exportGraph(null as never, { size: [64, 64] });
  await expect(nothing).rejects.toThrow('exportGraph: expected a model with forward and params as model, got null');
});
