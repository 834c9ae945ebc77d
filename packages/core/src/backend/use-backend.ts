import * as tf from '@tensorflow/tfjs-core';

import { registerGradients } from '../gradients/register-gradients.ts';
import { startThreadedWasm } from './threaded-wasm.ts';

/** Names a user can ask for. `node-gpu` and `node` are TensorFlow's own library, with CUDA and without. */
export type BackendName = 'webgpu' | 'node-gpu' | 'node' | 'wasm' | 'cpu';

export type BackendInfo = { name: BackendName; description: string; threads: number; passedOver: string[] };

let wasmRegistered = false;

export async function useBackend(
  name: BackendName | 'auto',
  { threads }: { threads?: number } = {},
): Promise<BackendInfo> {
  const chosen = name === 'auto' ? 'wasm' : name;
  registerGradients();
  if (chosen === 'cpu') await import('@tensorflow/tfjs-backend-cpu');
  let count = 1;
  if (chosen === 'wasm' && !wasmRegistered) {
    wasmRegistered = true;
    const wasm = await import('@tensorflow/tfjs-backend-wasm');
    const { availableParallelism } = await import('node:os');
    count = threads ?? availableParallelism();
    const backend = await startThreadedWasm(wasm, count);
    if (tf.engine().registryFactory.wasm) tf.removeBackend('wasm');
    tf.registerBackend('wasm', () => backend as unknown as tf.KernelBackend);
  }
  await tf.setBackend(chosen);
  await tf.ready();
  return { name: chosen, description: '', threads: count, passedOver: [] };
}
