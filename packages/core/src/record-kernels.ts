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

/** Recordings of plain kernels that are under way. */
let plainRecordings = 0;

/** True while kernels are recorded that other runtimes know: then none takes in its neighbors. */
export function isRecordedPlain(): boolean {
  return plainRecordings > 0;
}

/**
 * Runs a computation and tells of every kernel that it calls, in order, when the kernel has ended. Kernels that kernels call
 * are part of those, and not told. Calls do not nest.
 *
 * @param listener May keep the tensors only while `run` runs, or as clones of its own
 * @param plain Keeps every kernel apart, where inference would let one do the work of several. Default: false
 */
export function recordKernels<T>(
  listener: (call: KernelCall) => void,
  run: () => T,
  { plain = false }: { plain?: boolean } = {},
): T {
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
  plainRecordings += Number(plain);
  try {
    return run();
  } finally {
    plainRecordings -= Number(plain);
    engine.runKernel = original;
  }
}
