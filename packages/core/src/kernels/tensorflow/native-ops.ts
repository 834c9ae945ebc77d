import type * as tf from '@tensorflow/tfjs-core';

/** A value of TensorFlow's, by its handle. */
type Output = { id: number };
/** Attribute of an op of TensorFlow's, as its C interface takes it. */
export type NativeAttr = { name: string; type: number; value: boolean | number | string | number[] };
/** Attributes by name: a number is a float of theirs. */
export type OpAttrs = Record<string, boolean | number | string>;

/** Values of a tensor that TensorFlow has not been given. */
export type HostValues = tf.backend_util.BackendValues;

/** Part of tfjs-node's backend that is used: TensorFlow's own ops by name. */
export type NativeBackend = tf.KernelBackend & {
  isUsingGpuDevice?: boolean;
  binding: {
    TF_ATTR_BOOL: number;
    TF_ATTR_FLOAT: number;
    TF_ATTR_INT: number;
    TF_ATTR_SHAPE: number;
    TF_ATTR_STRING: number;
    TF_ATTR_TYPE: number;
    TF_FLOAT: number;
    TF_INT32: number;
    createTensor(shape: number[], type: number, values: Float32Array | Int32Array): number;
    deleteTensor(id: number): void;
    tensorDataSync(id: number): HostValues;
    executeOp(name: string, attrs: NativeAttr[], inputs: number[], outputs: number): Output[];
    loadSavedModel(folder: string, tags: string): number;
    runSavedModel(id: number, inputs: number[], inputNames: string, outputNames: string): Output[];
  };
  /** Handles by tensor: −1 where there is none, for instance where the values have not been given to TensorFlow yet. */
  tensorMap: { get(dataId: object): { id: number; values: HostValues | null } };
  getInputTensorIds(tensors: tf.TensorInfo[]): number[];
  createOutputTensor(output: Output): tf.Tensor;
  getDTypeInteger(type: tf.DataType): number;
};

/** True where TensorFlow's tensors are in the memory of the processor, one copy away. */
export function isOnProcessor(backend: tf.KernelBackend): boolean {
  return !(backend as NativeBackend).isUsingGpuDevice;
}

/** Runs an op of TensorFlow's on float tensors, past the layers of tfjs. Returns its first output. */
export function floatOp(
  given: tf.KernelBackend,
  name: string,
  inputs: tf.TensorInfo[],
  attrs: OpAttrs = {},
): tf.Tensor {
  const backend = given as NativeBackend;
  return backend.createOutputTensor(floatOpOn(backend, name, backend.getInputTensorIds(inputs), attrs)[0]!);
}

/** {@link floatOp} on handles. The caller owns the outputs. */
export function floatOpOn(
  { binding }: NativeBackend,
  name: string,
  inputs: number[],
  attrs: OpAttrs = {},
  { outputs = 1, typeName = 'T', others = [] }: { outputs?: number; typeName?: string; others?: NativeAttr[] } = {},
): Output[] {
  const type = { name: typeName, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
  const plain = Object.entries(attrs).map(([key, value]) => ({ name: key, type: typeOf(binding, value), value }));
  return binding.executeOp(name, [type, ...plain, ...others], inputs, outputs);
}

function typeOf(binding: NativeBackend['binding'], value: OpAttrs[string]): number {
  if (typeof value === 'boolean') return binding.TF_ATTR_BOOL;
  return typeof value === 'number' ? binding.TF_ATTR_FLOAT : binding.TF_ATTR_STRING;
}
