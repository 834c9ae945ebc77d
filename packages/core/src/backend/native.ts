import { platform } from '#platform';

import { bringBodies } from '../kernels/define-kernel.ts';
import { bringRepairs } from '../kernels/repairs/repair-kernels.ts';
import { tensorflowLayoutRepairs } from '../kernels/repairs/tensorflow-layout.ts';
import { TENSORFLOW_BODIES } from '../kernels/tensorflow/bodies.ts';
import type { BackendOptions, BackendTraits } from './backend-info.ts';

/** Starts TensorFlow's own library, with the kernels that are faster there than what tfjs makes of its ops. */
export async function startNative(name: 'node' | 'node-gpu', options: BackendOptions): Promise<BackendTraits> {
  const traits = await platform.startNative(name, options);
  bringBodies('tensorflow', TENSORFLOW_BODIES);
  bringRepairs(tensorflowLayoutRepairs);
  return traits;
}
