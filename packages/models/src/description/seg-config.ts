import { describeValue, FormatError } from '@seg/checkpoint';
import type { Category } from '@seg/image';

import type { Preprocessing, ResizeRule } from '../preprocess.ts';

import { type System, systemOf } from '../systems/system.ts';
import {
  between,
  type Check,
  checkFields,
  type FieldsOf,
  listOf,
  NUMBER,
  oneOf,
  optional,
  PART,
  POSITIVE,
  SIZE,
} from './check-fields.ts';
import type { Inference, ModelDescription, SegConfig } from './model-description.ts';

const PREPROCESSING: FieldsOf<Omit<Preprocessing, 'resize'>> = {
  divisor: SIZE,
  reachDivisor: oneOf('pad', 'resize'),
  rescale: POSITIVE,
  mean: listOf(NUMBER, 3),
  std: listOf(POSITIVE, 3),
};

const EDGES = { shortestEdge: SIZE, longestEdge: SIZE };
const RESIZES: Record<ResizeRule['kind'], Record<string, Check>> = {
  'shortest-edge': EDGES,
  'truncated-edge': EDGES,
  rescale: EDGES,
  square: { side: SIZE },
  exact: { size: listOf(SIZE, 2) },
  none: {},
};

const CATEGORY: FieldsOf<Category> = {
  id: { expected: 'a whole number', holds: Number.isSafeInteger },
  name: { expected: 'a text', holds: (value) => typeof value === 'string' },
  isThing: { expected: 'true or false', holds: (value) => typeof value === 'boolean' },
  color: optional(listOf(between(0, 255), 3)),
};

const INFERENCE: FieldsOf<Inference> = {
  scoreThreshold: optional(PART),
  overlapThreshold: optional(PART),
  semanticRule: optional(oneOf('masks-first', 'scores-last', 'huggingface')),
};

/**
 * Reads `config.json` of a folder that this project wrote. Every field is checked.
 *
 * @throws FormatError naming the field
 */
export function readSegConfig(where: string, json: SegConfig, systems: readonly System[]): ModelDescription {
  const { format, config, categories, preprocessing, inference } = json;
  if (format !== 'seg-model-1')
    throw new FormatError(`${where}: expected format seg-model-1, got ${describeValue(format)}`);
  const system = systemOf(where, config, systems);
  system.readConfig(where, config);
  checkCategories(where, categories, system.numClasses(config));
  checkFields(where, 'preprocessing', preprocessing, PREPROCESSING);
  checkFields(where, 'preprocessing.resize', preprocessing.resize, { kind: oneOf(...Object.keys(RESIZES)) });
  checkFields(where, 'preprocessing.resize', preprocessing.resize, RESIZES[preprocessing.resize.kind]);
  if (inference !== undefined) checkFields(where, 'inference', inference, INFERENCE);
  return { config, categories, preprocessing, ...(inference && { inference }) };
}

function checkCategories(where: string, categories: readonly Category[], count: number): void {
  if (!Array.isArray(categories) || categories.length !== count) {
    const got = Array.isArray(categories) ? categories.length : describeValue(categories);
    throw new FormatError(`${where}: expected ${count} categories, got ${got}`);
  }
  for (const [i, category] of categories.entries()) checkFields(where, `categories.${i}`, category, CATEGORY);
}
