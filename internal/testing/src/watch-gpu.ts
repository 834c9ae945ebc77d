import * as tf from '@tensorflow/tfjs-core';

/** Requests to a graphics processor. */
export type GpuRequests = {
  dispatches: number;
  submits: number;
  passes: number;
  /** Buffers that the host fills: uniforms, and values of tensors. */
  writes: number;
  pipelines: number;
};

/**
 * Counts what is asked of the device of the WebGPU backend in use.
 *
 * @param drops True to run none of it: submitted commands are dropped, and the device is of no use afterwards
 * @returns Counts that go on, and what ends them
 */
export function watchGpu({ drops }: { drops: boolean }): { counts: GpuRequests; stop(): void } {
  const { device } = tf.backend() as unknown as { device: GPUDevice };
  const { queue } = device;
  const counts = { dispatches: 0, submits: 0, passes: 0, writes: 0, pipelines: 0 };
  submitRest();
  const undo = [
    replace(queue, 'submit', (submit) => (commands) => {
      counts.submits++;
      if (!drops) submit(commands);
    }),
    replace(queue, 'writeBuffer', (write) => (...given) => {
      counts.writes++;
      if (!drops) (write as (...all: unknown[]) => void)(...given);
    }),
    replace(device, 'createComputePipeline', (original) => (descriptor) => {
      counts.pipelines++;
      return original(descriptor);
    }),
    replace(device, 'createCommandEncoder', (original) => (descriptor) => {
      const encoder = original(descriptor);
      replace(encoder, 'beginComputePass', (begin) => (options) => {
        counts.passes++;
        const pass = begin(options);
        replace(pass, 'dispatchWorkgroups', (dispatch) => (...sizes) => {
          counts.dispatches++;
          return dispatch(...sizes);
        });
        return pass;
      });
      return encoder;
    }),
  ];
  const stop = () => {
    submitRest();
    for (const restore of undo) restore();
  };
  return { counts, stop };
}

/** tfjs submits every few dispatches; those behind the last time wait for a read, in a pass that is still open. */
function submitRest(): void {
  const backend = tf.backend() as unknown as {
    commandEncoder: unknown;
    endComputePassEncoder(): void;
    submitQueue(): void;
  };
  backend.endComputePassEncoder();
  if (backend.commandEncoder) backend.submitQueue();
}

type Methods<T> = { [K in keyof T]: T[K] extends (...given: never[]) => unknown ? K : never }[keyof T];

/** Puts another method in place of an object's. @returns Puts the old one back */
function replace<T extends object, K extends Methods<T>>(
  object: T,
  name: K,
  make: (original: Extract<T[K], (...given: never[]) => unknown>) => T[K],
): () => void {
  const original = (object[name] as unknown as { bind(to: T): unknown }).bind(object);
  Object.defineProperty(object, name, { configurable: true, value: make(original as never) });
  return () => delete (object as Partial<T>)[name];
}
