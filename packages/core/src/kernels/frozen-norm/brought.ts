import * as tf from '@tensorflow/tfjs-core';

import { isRecorded } from '../recorded.ts';
import type { Inputs } from './types.ts';

type FrozenNorm = <T extends tf.Tensor>(inputs: Inputs & { x: T }, epsilon: number) => T;

let brought: FrozenNorm | undefined;

/** Brings the kernel: native TensorFlow alone gains by it, and pages do not fetch it. */
export function bringFrozenNorm(norm: FrozenNorm): void {
  brought = norm;
}

/** Kernel of a norm by given moments, on native TensorFlow while a tape records; elsewhere the norm is folded, or two ops. */
export function joinedFrozenNorm(): FrozenNorm | undefined {
  return tf.getBackend() === 'tensorflow' && isRecorded() ? brought : undefined;
}
