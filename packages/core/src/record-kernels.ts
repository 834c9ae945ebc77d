import * as tf from '@tensorflow/tfjs-core';

/** One call of a kernel that the caller of {@link recordKernels} made, directly or through ops. */
export type KernelCall = {
  /** As tfjs's registry has it: `SegConv2D`, `Transpose`. */
  kernel: string;
  inputs: Readonly<Record<string, tf.Tensor>>;
  attrs: Readonly<Record<string, unknown>>;
  outputs: readonly tf.Tensor[];
};

type RunKernel = (kernel: string, inputs: tf.NamedTensorMap, attrs?: tf.NamedAttrMap) => tf.Tensor | tf.Tensor[];

/**
 * Runs a computation and tells of every kernel that it calls, in order, when the kernel has ended. Kernels that kernels call
 * are part of those, and not told. Calls do not nest.
 *
 * @param listener May keep the tensors only while `run` runs, or as clones of its own
 */
export function recordKernels<T>(listener: (call: KernelCall) => void, run: () => T): T {
  const engine = tf.engine() as unknown as { runKernel: RunKernel };
  const original = engine.runKernel;
  let isInside = false;
  engine.runKernel = (kernel, inputs, attrs) => {
    if (isInside) return original.call(engine, kernel, inputs, attrs);
    isInside = true;
    try {
      const result = original.call(engine, kernel, inputs, attrs);
      const given = Object.entries(inputs).filter(([, tensor]) => tensor !== undefined && tensor !== null);
      const outputs = [result].flat() as tf.Tensor[];
      listener({ kernel, inputs: Object.fromEntries(given), attrs: attrs ?? {}, outputs });
      return result;
    } finally {
      isInside = false;
    }
  };
  try {
    return run();
  } finally {
    engine.runKernel = original;
  }
}
