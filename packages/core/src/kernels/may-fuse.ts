import * as tf from '@tensorflow/tfjs-core';

import { isRecordedPlain } from '../record-kernels.ts';
import { isRecorded } from './recorded.ts';
import { isOnProcessor } from './tensorflow/native-ops.ts';

/**
 * True where a kernel may do the work of several: on WebGPU, where each is a dispatch and a way to memory and back; in inference,
 * since such a kernel has no gradient; and not while a pass is written down for another runtime.
 *
 * @param hasNoGradient True for what is constant in training too. Default: false
 */
export function mayFuse(hasNoGradient = false): boolean {
  return tf.getBackend() === 'webgpu' && (hasNoGradient || !isRecorded()) && !isRecordedPlain();
}

/** The same on wasm, for the kernels that have a body there: elsewhere one kernel for several is none the faster for it. */
export function mayFuseOnWasm(): boolean {
  return tf.getBackend() === 'wasm' && !isRecorded() && !isRecordedPlain();
}

/** The same where a convolution also adds: on wasm, and on native TensorFlow on the processor. */
export function mayAddInConvolution(): boolean {
  return mayFuseOnWasm() || (isOneCall() && !isRecorded() && !isRecordedPlain());
}

/** True where several ops of TensorFlow's are one call. */
export function isOneCall(): boolean {
  return tf.getBackend() === 'tensorflow' && isOnProcessor(tf.backend());
}

/**
 * True where an op with a derivative of its own had better be one kernel, since each op is a call of its own that costs more than what it
 * computes: elsewhere the tape of its plain ops keeps what a derivative of the whole would compute anew.
 */
export function isOneKernel(): boolean {
  return tf.getBackend() === 'webgpu' || isOneCall();
}
