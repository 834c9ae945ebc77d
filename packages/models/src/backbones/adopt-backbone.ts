import { FormatError, type ParamSource } from '@seg/checkpoint/safetensors';
import { CheckpointError, type ParamStore } from '@seg/core';

import type { ModelConfig } from '../description/model-description.ts';
import type { BackboneConfig } from './backbone.ts';
import { backboneOf } from './pretrained-backbone.ts';

/**
 * Copies the weights of a published backbone into a model that has one of the same config.
 *
 * @param where Names the weights in errors
 * @returns Keys of the model that were filled
 * @throws FormatError where the model has no such backbone; CheckpointError where the weights are of another
 */
export function adoptBackbone(where: string, params: ParamStore, config: ModelConfig, source: ParamSource): string[] {
  if (typeof config.backbone !== 'object' || config.backbone === null) {
    throw new FormatError(`${where}: expected a model with a backbone of its own, got ${config.model}`);
  }
  const backbone = donorOf(where, config.backbone as BackboneConfig, source);
  try {
    const own = backbone.params.keys();
    const prefix = prefixOf(where, params.keys(), own);
    for (const key of own) {
      const [to, from] = [params.get(prefix + key), backbone.params.get(key)];
      if (to.shape.join() !== from.shape.join()) {
        throw new FormatError(`${where}: expected ${key} [${to.shape.join(', ')}], got [${from.shape.join(', ')}]`);
      }
    }
    for (const key of own) params.get(prefix + key).assign(backbone.params.get(key));
    params.touch();
    return own.map((key) => prefix + key);
  } finally {
    backbone.dispose();
  }
}

/** The backbone with the weights; what does not fit is told with their name. */
function donorOf(where: string, config: BackboneConfig, source: ParamSource): ReturnType<typeof backboneOf> {
  try {
    return backboneOf(config, source);
  } catch (error) {
    if (error instanceof CheckpointError) error.message = error.message.replace('checkpoint', where);
    throw error;
  }
}

/** Place of the backbone in the model: what stands before its keys, the same before all. */
function prefixOf(where: string, all: readonly string[], own: readonly string[]): string {
  const known = new Set(all);
  const found = all
    .filter((key) => key.endsWith(`.${own[0]}`))
    .map((key) => key.slice(0, -own[0].length))
    .find((prefix) => own.every((key) => known.has(prefix + key)));
  if (found !== undefined) return found;
  throw new FormatError(`${where}: expected the backbone of the model, got one with other layers`);
}
