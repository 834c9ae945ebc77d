import * as tf from '@tensorflow/tfjs-core';

/** Names a user can ask for. `node-gpu` and `node` are TensorFlow's own library, with CUDA and without. */
export type BackendName = 'webgpu' | 'node-gpu' | 'node' | 'wasm' | 'cpu';

export type BackendInfo = { name: BackendName; description: string; threads: number; passedOver: string[] };

export async function useBackend(name: BackendName | 'auto'): Promise<BackendInfo> {
  await import('@tensorflow/tfjs-backend-cpu');
  await import('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend(name === 'auto' ? 'wasm' : name);
  await tf.ready();
  return { name: name === 'auto' ? 'wasm' : name, description: '', threads: 1, passedOver: [] };
}
