import * as tf from '@tensorflow/tfjs-core';

import { absentPackage } from './absent-package.ts';
import type { BackendTraits } from './backend-info.ts';

/** tfjs's backend in plain JavaScript: the reference, and slow. */
export async function startCpu(): Promise<BackendTraits> {
  // tfjs-node brings it along
  if (tf.findBackendFactory('cpu') === null) {
    try {
      await import('@tensorflow/tfjs-backend-cpu');
    } catch (error) {
      throw absentPackage('cpu', '@tensorflow/tfjs-backend-cpu', error);
    }
  }
  return { description: 'plain JavaScript, one thread', threads: 1, halfPrecision: false, maxBufferBytes: 2 ** 32 };
}
