import type { Segmenter } from '@seg/models';

import { DownloadLines } from '../render/download-progress.ts';

/**
 * Loads a model from a folder, a URL or a hub, and tells of its download on standard error. A download that the process
 * does not survive is gone on with by the next one.
 */
export async function loadSegmenter(model: string): Promise<Segmenter> {
  const { Segmenter } = await import('@seg/models');
  const lines = new DownloadLines();
  return Segmenter.load(model, { onProgress: lines.show }).finally(() => lines.clear());
}
