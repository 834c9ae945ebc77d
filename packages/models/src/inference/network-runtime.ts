import type * as tf from '@tensorflow/tfjs-core';

import type { Network } from '../systems/system.ts';

/** Another way to run a network than the backend: a session of another runtime, for one. */
export type NetworkRuntime = {
  /**
   * Computes what `network.forward(pixels)` would give.
   *
   * @param pixels [B, H, W, 3]; the caller's
   * @returns The prediction in the same structure; its tensors are the caller's
   */
  forward(network: Network, pixels: tf.Tensor4D): Promise<object>;
  dispose(): Promise<void>;
};
