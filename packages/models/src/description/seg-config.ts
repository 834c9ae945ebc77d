import { describeValue, FormatError } from '@seg/checkpoint/safetensors';
import type { Category } from '@seg/image';
import { type System, systemOf } from '../systems/system.ts';
import { between, checkObject, type FieldsOf, listOf, oneOf, optional, PART } from './check-fields.ts';
import type { Inference, ModelDescription, SegConfig } from './model-description.ts';
import { PREPROCESSING } from './preprocessing-fields.ts';

/** A check for each field of a category in a file. */
export const CATEGORY: FieldsOf<Category> = {
  id: { expected: 'a whole number', holds: Number.isSafeInteger },
  name: { expected: 'a text', holds: (value) => typeof value === 'string' },
  isThing: { expected: 'true or false', holds: (value) => typeof value === 'boolean' },
  color: optional(listOf(between(0, 255), 3)),
};

/** A check for each field of thresholds in a file. */
export const INFERENCE: FieldsOf<Inference> = {
  scoreThreshold: optional(PART),
  overlapThreshold: optional(PART),
  nmsThreshold: optional(PART),
  semanticRule: optional(oneOf('masks-first', 'scores-last', 'huggingface', 'huggingface-384')),
};

/**
 * Reads `config.json` of a folder that this project wrote. Every field is checked.
 *
 * @throws FormatError naming the field
 */
export function readSegConfig(where: string, json: SegConfig, systems: readonly System[]): ModelDescription {
  const { format, config, categories, preprocessing, inference, ...rest } = json;
  if (format !== 'seg-model-1')
    throw new FormatError(`${where}: expected format seg-model-1, got ${describeValue(format)}`);
  const [unknown] = Object.entries(rest);
  if (unknown !== undefined) {
    throw new FormatError(`${where}: expected known fields, got ${unknown[0]} ${describeValue(unknown[1])}`);
  }
  const system = systemOf(where, config, systems);
  system.readConfig(where, config);
  checkCategories(where, categories, system.numClasses(config));
  checkObject(where, 'preprocessing', preprocessing, PREPROCESSING);
  if (inference !== undefined) checkInference(where, inference, system);
  return { config, categories, preprocessing, ...(inference && { inference }) };
}

/**
 * Makes the `config.json` of a description, checked as it will be when it is read. The config of a system that is not among
 * these is its reader's to check.
 *
 * @throws FormatError naming the field
 */
export function segConfigOf(where: string, description: ModelDescription, systems: readonly System[]): SegConfig {
  const config: SegConfig = { format: 'seg-model-1', ...description };
  const { model } = (description.config ?? {}) as Partial<ModelDescription['config']>;
  const isForeign = typeof model === 'string' && !systems.some(({ models }) => models.includes(model));
  if (isForeign) checkObject(where, 'preprocessing', description.preprocessing, PREPROCESSING);
  else readSegConfig(where, config, systems);
  return config;
}

/** Refuses what the system does not read, too: it would have no effect. */
function checkInference(where: string, inference: Inference, system: System): void {
  const read = system.inference.map((name) => [name, INFERENCE[name]]);
  checkObject(where, 'inference', inference, Object.fromEntries(read));
}

function checkCategories(where: string, categories: readonly Category[], count: number): void {
  if (!Array.isArray(categories) || categories.length !== count) {
    const got = Array.isArray(categories) ? categories.length : describeValue(categories);
    throw new FormatError(`${where}: expected ${count} categories, got ${got}`);
  }
  for (const [i, category] of categories.entries()) checkObject(where, `categories.${i}`, category, CATEGORY);
}
