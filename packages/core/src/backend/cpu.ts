import * as tf from '@tensorflow/tfjs-core';

import type { BackendTraits } from './backend-info.ts';
import { loadPackage } from './load-package.ts';

/** tfjs's backend in plain JavaScript: the reference, and slow. */
export async function startCpu(): Promise<BackendTraits> {
  // tfjs-node brings it along
  if (tf.findBackendFactory('cpu') === null) {
    await loadPackage('cpu', '@tensorflow/tfjs-backend-cpu', () => import('@tensorflow/tfjs-backend-cpu'));
  }
  return { description: 'plain JavaScript, one thread', threads: 1, halfPrecision: false, maxBufferBytes: 2 ** 32 };
}
