import { describeValue, FormatError, listFaults, renamed } from '@seg/checkpoint/safetensors';
import { ParamStore } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import type { ModelConfig } from '../description/model-description.ts';
import { buildModel, SYSTEMS } from '../systems/systems.ts';
import { isUnused, originalKeys } from './key-namings.ts';
import type { Weights } from './stored-params.ts';

/** @throws TypeError unless weights can be gone through */
export function expectWeights(where: string, weights: Weights): void {
  const { [Symbol.iterator]: sync, [Symbol.asyncIterator]: later } = (weights ?? {}) as Partial<
    Iterable<unknown> & AsyncIterable<unknown>
  >;
  if (typeof weights === 'object' && (sync !== undefined || later !== undefined)) return;
  throw new TypeError(`${where}: expected weights as a Map or storedParams of a model, got ${describeValue(weights)}`);
}

/**
 * Compares the keys that were written with the model's. Where no backend is started no model can be laid out, and a foreign
 * system's keys are its own: then one is enough.
 *
 * @throws FormatError naming the keys that are missing or unexpected
 */
export function expectKeys(where: string, config: ModelConfig, written: readonly string[]): void {
  if (written.length === 0) throw new FormatError(`${where}: expected weights of ${config.model}, got none`);
  const isKnown = SYSTEMS.some(({ models }) => models.includes(config.model));
  if (!isKnown || !tf.getBackend()) return;
  const keys = new Set(renamed({ keys: () => written, read: () => null }, originalKeys(config, written)).keys());
  const expected = keysOf(config);
  const faults = [
    ...[...expected].filter((key) => !keys.has(key)).map((key) => `no ${key}`),
    ...[...keys].filter((key) => !expected.has(key) && !isUnused(config, key)).map((key) => `unexpected ${key}`),
  ];
  if (faults.length > 0)
    throw new FormatError(`${where}: expected the keys of ${config.model}, got ${listFaults(faults)}`);
}

function keysOf(config: ModelConfig): Set<string> {
  const params = new ParamStore('shapes');
  try {
    buildModel(params, config);
    return new Set(params.shapes.keys());
  } finally {
    params.dispose();
  }
}
