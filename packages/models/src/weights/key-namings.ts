import { isDropped, type KeyMap } from '@seg/checkpoint/safetensors';

import type { ModelConfig } from '../description/model-description.ts';
import type { KeyNaming } from '../systems/key-naming.ts';
import { type System, systemOf } from '../systems/system.ts';
import { SYSTEMS } from '../systems/systems.ts';

/** Lists every published naming of a model's weights, the authors' last. */
export function keyNamings(config: ModelConfig, systems: readonly System[] = SYSTEMS): readonly KeyNaming[] {
  return systemOf('keyNamings', config, systems).keyNamings(config);
}

/**
 * Finds the key map for weights under published names other than ours. Empty where the names are ours.
 *
 * @param keys Of the weights
 */
export function originalKeys(
  config: ModelConfig,
  keys: Iterable<string>,
  systems: readonly System[] = SYSTEMS,
): KeyMap {
  const all = [...keys];
  return keyNamings(config, systems).find(({ isUsed }) => all.some(isUsed))?.keyMap ?? [];
}

/** Counters and index tables, which every implementation computes itself. */
const RECOMPUTED = [/relative_position_index$/, /num_batches_tracked$/];

/** True for keys of published checkpoints that need not be kept: they can be computed. */
export function isRecomputed(key: string): boolean {
  return RECOMPUTED.some((pattern) => pattern.test(key));
}

/** True for keys, under any naming, that published checkpoints of a model hold and inference does not use. */
export function isUnused(config: ModelConfig, key: string, systems: readonly System[] = SYSTEMS): boolean {
  const { unusedKeys } = systemOf('isUnused', config, systems);
  return isLeftOut(config, key, systems) || unusedKeys.some((pattern) => pattern.test(key));
}

/** True for keys that a conversion leaves out: counters, index tables, and those that a published naming drops. */
export function isLeftOut(config: ModelConfig, key: string, systems: readonly System[] = SYSTEMS): boolean {
  return isRecomputed(key) || keyNamings(config, systems).some(({ keyMap }) => isDropped(keyMap, key));
}
