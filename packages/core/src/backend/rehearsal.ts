import * as tf from '@tensorflow/tfjs-core';

/** Flag of tfjs's WebGPU backend: pipelines are made, asynchronously, and none is run. */
export const COMPILE_ONLY = 'WEBGPU_ENGINE_COMPILE_ONLY';

/** True while pipelines are made and none is run: no tensor that is computed has values. */
export function isRehearsal(): boolean {
  return tf.getBackend() === 'webgpu' && tf.env().getBool(COMPILE_ONLY);
}
