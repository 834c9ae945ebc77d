import { FormatError, invertedMap, type KeyMap, type ParamSource, renamed } from '@seg/checkpoint/safetensors';
import { ParamStore } from '@seg/core';
import type { ModelConfig } from '../description/model-description.ts';
import type { KeyNaming } from '../systems/key-naming.ts';
import { buildModel } from '../systems/systems.ts';
import { isRecomputed, isUnused, keyNamings, originalKeys } from './key-namings.ts';

/** Naming of written weights: ours, or a published one. */
export type KeyStyle = 'own' | KeyNaming['name'];

/**
 * Renames the weights of a published checkpoint, read tensor by tensor: the model's, with the values that the checkpoint
 * has, and under their own keys those that stand beside the model, but for counters and index tables. Needs a started
 * backend to lay the model out, and fills none of it.
 *
 * @throws CheckpointError with every key that does not fit the model; FormatError where the model has no such naming
 */
export function convertWeights(config: ModelConfig, weights: ParamSource, style: KeyStyle): ParamSource {
  const ours = withoutRecomputed(renamed(weights, originalKeys(config, weights.keys())));
  checkFit(config, ours);
  return style === 'own' ? ours : renamed(ours, invertedMap(keyMapOf(config, style)));
}

function withoutRecomputed(source: ParamSource): ParamSource {
  return { ...source, keys: () => [...source.keys()].filter((key) => !isRecomputed(key)) };
}

function checkFit(config: ModelConfig, ours: ParamSource): void {
  const params = new ParamStore('zeros');
  buildModel(params, config);
  try {
    params.expectFit(ours, (key) => isUnused(config, key));
  } finally {
    params.dispose();
  }
}

function keyMapOf(config: ModelConfig, style: KeyNaming['name']): KeyMap {
  const namings = keyNamings(config);
  const naming = namings.find(({ name }) => name === style);
  if (naming !== undefined) return naming.keyMap;
  const names = namings.map(({ name }) => name).join(', ');
  throw new FormatError(`convertWeights: expected keys own, ${names} for ${config.model}, got ${style}`);
}
