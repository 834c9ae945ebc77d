import * as tf from '@tensorflow/tfjs-core';

/** True while a tape records, and a gradient of what is computed may be asked for. */
export function isRecorded(): boolean {
  return (tf.engine() as unknown as { state: { gradientDepth: number } }).state.gradientDepth > 0;
}
