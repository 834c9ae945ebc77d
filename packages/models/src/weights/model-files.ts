import { type StoredValue, type WriteSafetensorsOptions, writeSafetensors } from '@seg/checkpoint/safetensors';

import type { ModelDescription, SegConfig } from '../description/model-description.ts';
import type { Weights } from './stored-params.ts';

/**
 * Makes the files of a model folder in memory: `config.json` and `model.safetensors`, which `loadModel` reads. For pages, which
 * have no disk; `saveModel` of `@seg/models/node` writes a folder.
 *
 * @param weights A map, or {@link storedParams} of a model
 * @returns Bytes by file name
 * @throws RangeError where a value does not fit into float16
 */
export async function modelFiles(
  description: ModelDescription,
  weights: Weights,
  options: WriteSafetensorsOptions = {},
): Promise<Map<string, Uint8Array>> {
  const values = new Map<string, StoredValue>();
  for await (const [key, value] of weights) values.set(key, value);
  const config: SegConfig = { format: 'seg-model-1', ...description };
  return new Map([
    ['config.json', new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`)],
    ['model.safetensors', writeSafetensors(values, { metadata: { format: 'pt' }, ...options })],
  ]);
}
