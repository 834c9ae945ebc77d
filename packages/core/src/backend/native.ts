import { bringBodies } from '../kernels/define-kernel.ts';
import { bringFrozenNorm } from '../kernels/frozen-norm/brought.ts';
import { frozenNorm } from '../kernels/frozen-norm/frozen-norm.ts';
import { bringRepairs } from '../kernels/repairs/repair-kernels.ts';
import { tensorflowLayoutRepairs } from '../kernels/repairs/tensorflow-layout.ts';
import { TENSORFLOW_BODIES } from '../kernels/tensorflow/bodies.ts';
import { loadPrivateHeap } from '../kernels/tensorflow/private-heap.ts';
import { startTensorflow } from '../platform/node-native.ts';
import type { BackendOptions, BackendTraits } from './backend-info.ts';

/** Starts TensorFlow's own library, with the kernels that are faster there than what tfjs makes of its ops. */
export async function startNative(name: 'node' | 'node-gpu', options: BackendOptions): Promise<BackendTraits> {
  const traits = await startTensorflow(name, options);
  bringBodies('tensorflow', TENSORFLOW_BODIES);
  bringRepairs(tensorflowLayoutRepairs);
  bringFrozenNorm(frozenNorm);
  if (name === 'node') await loadPrivateHeap(traits.threads);
  return traits;
}
