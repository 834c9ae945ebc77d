import type * as tf from '@tensorflow/tfjs-core';

import { isRehearsal } from '../../backend/rehearsal.ts';
import { storedIn } from './half-storage.ts';
import { runShader } from './run-program.ts';

/** Part of tfjs's webgpu backend by which buffers of tensors are reached. */
type Reached = tf.KernelBackend & {
  tensorMap: { has(dataId: object): boolean };
  uploadToGPU(dataId: object): void;
  makeTensorInfo(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  readToGPU(dataId: object): tf.GPUData;
};

/**
 * Makes tensors that are stored as halves floats again before anybody reaches their buffer who does not know of halves: a kernel of
 * tfjs, a shader of ours that reads floats, or who reads values. Nobody can take one storage for the other.
 */
export function widenOnDemand(backend: tf.KernelBackend): void {
  const reached = backend as Reached;
  const { upload, read, readSync, readToGPU } = {
    upload: reached.uploadToGPU.bind(reached),
    read: reached.read.bind(reached),
    readSync: reached.readSync.bind(reached),
    readToGPU: reached.readToGPU.bind(reached),
  };
  reached.uploadToGPU = (dataId) => {
    // a result of a shader that writes halves has no buffer yet
    if (storedIn(reached, dataId).resource != null || isRehearsal()) widen(reached, dataId);
    upload(dataId);
  };
  const first =
    <K extends unknown[], T>(original: (dataId: object, ...rest: K) => T) =>
    (dataId: object, ...rest: K): T => {
      if (reached.tensorMap.has(dataId)) widen(reached, dataId);
      return original(dataId, ...rest);
    };
  reached.read = first(read);
  reached.readSync = first(readSync);
  reached.readToGPU = first(readToGPU);
}

/** Gives a tensor that is stored as halves another buffer, of floats. Others stay. */
function widen(backend: Reached, dataId: object): void {
  const entry = storedIn(backend, dataId);
  if (!entry.isHalves) return;
  const halves = backend.makeTensorInfo(entry.shape, 'float32');
  Object.assign(storedIn(backend, halves.dataId as object), { isHalves: true, resource: entry.resource });
  const count = 2 * entry.shape[0]!;
  Object.assign(entry, { isHalves: false, resource: null, shape: [count] });
  runShader(backend, {
    key: 'widen_halves',
    inputs: { x: { tensor: halves, anyStorage: true } },
    outputs: { result: { into: { dataId, shape: [count], dtype: 'float32' } } },
    invocations: count,
    integers: { count },
    code: 'fn main(i: i32) { if (i < uniforms.count) { result[i] = xAt(i); } }',
  });
  backend.disposeData(halves.dataId as object);
}
