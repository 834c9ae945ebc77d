import type { BackendName } from '@seg/core';
import type { Segmenter } from '@seg/models';

import { DownloadLines } from '../render/download-progress.ts';

/** Runner of a network: the backend, or onnxruntime. */
export type Runtime = 'tfjs' | 'onnx';

/** Backend of a runner: passes that are exported are not written down on native TensorFlow, which `auto` would choose. */
export function backendFor(runtime: Runtime, backend: BackendName | 'auto'): BackendName | 'auto' {
  return runtime === 'onnx' && backend === 'auto' ? 'wasm' : backend;
}

/**
 * Loads a model from a folder, a URL or a hub, and tells of its download on standard error. A download that the process
 * does not survive is gone on with by the next one.
 */
export async function loadSegmenter(
  model: string,
  runtime: Runtime = 'tfjs',
  signal?: AbortSignal,
): Promise<Segmenter> {
  const { Segmenter } = await import('@seg/models');
  const lines = new DownloadLines();
  const own = runtime === 'onnx' ? { runtime: (await import('@seg/onnx/node')).onnxRuntime() } : {};
  return Segmenter.load(model, { onProgress: lines.show, signal, ...own }).finally(() => lines.clear());
}
