import { expectOptions } from '@seg/checkpoint/expect-options';
import {
  A_PRECISION,
  expectFinite,
  METADATA,
  type StoredValue,
  type WriteSafetensorsOptions,
  writeSafetensors,
} from '@seg/checkpoint/safetensors';

import type { ModelDescription } from '../description/model-description.ts';
import { segConfigOf } from '../description/seg-config.ts';
import { SYSTEMS } from '../systems/systems.ts';
import { expectKeys, expectWeights } from './expect-weights.ts';
import type { Weights } from './stored-params.ts';

/**
 * Makes the files of a model folder in memory: `config.json` and `model.safetensors`, which `loadModel` reads. For pages, which
 * have no disk; `saveModel` of `@seg/models/node` writes a folder.
 *
 * @param weights A map, or {@link storedParams} of a model
 * @returns Bytes by file name
 * @throws FormatError naming the field that a reader would refuse, or the key of a value that is NaN or infinite
 * @throws RangeError where a value does not fit into float16
 */
export async function modelFiles(
  description: ModelDescription,
  weights: Weights,
  options: WriteSafetensorsOptions = {},
): Promise<Map<string, Uint8Array>> {
  expectOptions('modelFiles', options, { metadata: METADATA, precision: A_PRECISION });
  expectWeights('modelFiles', weights);
  const config = segConfigOf('modelFiles', description, SYSTEMS);
  const values = new Map<string, StoredValue>();
  for await (const [key, value] of weights) {
    expectFinite(value, key, 'modelFiles');
    values.set(key, value);
  }
  expectKeys('modelFiles', description.config, [...values.keys()]);
  return new Map([
    ['config.json', new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`)],
    ['model.safetensors', writeSafetensors(values, { metadata: { format: 'pt' }, ...options })],
  ]);
}
