import * as tf from '@tensorflow/tfjs-core';

import type { RegistryName } from '../define-kernel.ts';

/** The kernel that tfjs had before, or undefined where it had none. */
export type Original = tf.KernelConfig | undefined;

/** Puts something in the place of a kernel that tfjs lacks, gets wrong or does slowly. */
export type Repair = {
  kernelName: string;
  backendName: RegistryName;
  /** Makes the new kernel from the old one. */
  replace: (original: Original) => tf.KernelConfig['kernelFunc'];
};

type Operands = { [name: string]: tf.Tensor };
// biome-ignore lint/suspicious/noExplicitAny: tfjs types attributes as a bag of unknown values
type Attributes = Record<string, any>;

/**
 * A kernel composed of other ops. What comes out is a tensor of its own: were it the operand itself, the tape would
 * count its gradient twice, and the caller would own one tensor under two names.
 */
export function composed(
  kernelName: string,
  backendName: RegistryName,
  compose: (inputs: Operands, attrs: Attributes, backend: tf.KernelBackend) => tf.Tensor,
): Repair {
  return {
    kernelName,
    backendName,
    replace:
      () =>
      ({ inputs, attrs, backend }) =>
        tf.tidy(() => {
          const operands = tensorsOf(inputs as tf.NamedTensorInfoMap);
          const result = compose(operands, (attrs ?? {}) as Attributes, backend as tf.KernelBackend);
          return Object.values(operands).includes(result) ? tf.clone(result) : result;
        }),
  };
}

/** Runs ops on what a kernel received. Another kernel may have called with bare data; then the data is wrapped. */
export function tensorsOf(inputs: tf.NamedTensorInfoMap): Operands {
  const given = Object.entries(inputs).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(given.map(([name, value]) => [name, value instanceof tf.Tensor ? value : wrapped(value!)]));
}

function wrapped(info: tf.TensorInfo): tf.Tensor {
  const engine = tf.engine();
  engine.backend.incRef(info.dataId);
  return engine.makeTensorFromTensorInfo(info);
}
