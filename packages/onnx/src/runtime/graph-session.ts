import type * as tf from '@tensorflow/tfjs-core';

/** A graph in onnxruntime. */
export type GraphSession = {
  /** @returns Outputs by name, in the layout of the graph; the caller disposes them */
  run(inputs: Readonly<Record<string, tf.Tensor>>): Promise<Map<string, tf.Tensor>>;
  dispose(): Promise<void>;
};
