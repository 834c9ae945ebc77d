import { type ParamSource, writeSafetensors } from '@seg/checkpoint';
import type { ParamStore } from '@seg/core';

import { Mask2Former } from '../../src/systems/mask2former/mask2former.ts';
import { formulaSource, keysOf, TINY_HUGGING_FACE, TINY_MASK2FORMER } from '../tiny.ts';

/** Files of {@link TINY_MASK2FORMER} as they are published. Needs a started backend. */
export function tinyFiles(): Record<string, Uint8Array | object> {
  const source: ParamSource = formulaSource(keysOf((params: ParamStore) => new Mask2Former(params, TINY_MASK2FORMER)));
  return {
    'config.json': TINY_HUGGING_FACE,
    'preprocessor_config.json': { size: { shortest_edge: 32, longest_edge: 64 }, size_divisor: 32 },
    'model.safetensors': writeSafetensors(new Map([...source.keys()].map((key) => [key, source.read(key)!]))),
    'pytorch_model.bin': new Uint8Array(20_000),
    'README.md': { about: 'not needed' },
  };
}
