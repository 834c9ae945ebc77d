import * as tf from '@tensorflow/tfjs-core';

import { sizeFromShape } from '../size.ts';
import type { HostValues, NativeBackend } from '../tensorflow/native-ops.ts';
import type { Repair } from './repair.ts';

/** Shapes whose tensors are kept: those of one step of training are some hundreds. */
const MOST_SHAPES = 1024;

/** A tensor's values under a shape or type that is its own already: no op of TensorFlow's. */
function shared(backend: unknown, { dataId, dtype }: tf.TensorInfo, shape: number[]): tf.TensorInfo {
  (backend as NativeBackend).incRef(dataId as object);
  return { dataId, shape, dtype };
}

const reshape: Repair = {
  kernelName: 'Reshape',
  backendName: 'tensorflow',
  replace: (original) => {
    const shapes = new WeakMap<NativeBackend['binding'], Map<string, number>>();
    return (call) => {
      const x = call.inputs.x as tf.TensorInfo;
      const given = (call.attrs as unknown as { shape: number[] }).shape;
      const to = tf.util.inferFromImplicitShape(given, sizeFromShape(x.shape));
      if (String(to) === String(x.shape)) return shared(call.backend, x, x.shape);
      const { values } = (call.backend as NativeBackend).tensorMap.get(x.dataId);
      if (values !== null && isPassing(x)) return unsent(call.backend as NativeBackend, values, to, x.dtype);
      if (x.dtype === 'string' || x.dtype === 'complex64') return original!.kernelFunc(call);
      return reshaped(call.backend as NativeBackend, x, to, shapes);
    };
  },
};

/** False for what stays: it is sent once, to be there for all that is made of it. */
function isPassing(x: tf.TensorInfo): boolean {
  return !(x instanceof tf.Variable || (x as tf.Tensor).kept);
}

/** Values that TensorFlow has not been given yet, under another shape: kernels of ours on copies need no others. */
function unsent(backend: NativeBackend, values: HostValues, shape: number[], dtype: tf.DataType): tf.TensorInfo {
  return { dataId: backend.write(values, shape, dtype), shape, dtype };
}

/** Keeps the tensors of shapes: to make and dispose one by tfjs takes as long as the op. */
function reshaped(
  backend: NativeBackend,
  x: tf.TensorInfo,
  to: number[],
  kept: WeakMap<NativeBackend['binding'], Map<string, number>>,
): tf.Tensor {
  const { binding } = backend;
  const shapes = kept.get(binding) ?? new Map<string, number>();
  kept.set(binding, shapes);
  const key = String(to);
  let shape = shapes.get(key);
  if (shape === undefined) {
    if (shapes.size === MOST_SHAPES) {
      for (const id of shapes.values()) binding.deleteTensor(id);
      shapes.clear();
    }
    shape = binding.createTensor([to.length], binding.TF_INT32, Int32Array.from(to));
    shapes.set(key, shape);
  }
  const attrs = [
    { name: 'T', type: binding.TF_ATTR_TYPE, value: backend.getDTypeInteger(x.dtype) },
    { name: 'Tshape', type: binding.TF_ATTR_TYPE, value: binding.TF_INT32 },
  ];
  const [output] = binding.executeOp('Reshape', attrs, [...backend.getInputTensorIds([x]), shape], 1);
  return backend.createOutputTensor(output!);
}

const cast: Repair = {
  kernelName: 'Cast',
  backendName: 'tensorflow',
  replace: (original) => (call) => {
    const x = call.inputs.x as tf.TensorInfo;
    const { dtype } = call.attrs as unknown as { dtype: tf.DataType };
    return x.dtype === dtype ? shared(call.backend, x, x.shape) : original!.kernelFunc(call);
  },
};

/** Reshapes and casts to what a tensor is already, which tfjs-node calls TensorFlow for, and cheaper reshapes. */
export const tensorflowLayoutRepairs: Repair[] = [reshape, cast];
