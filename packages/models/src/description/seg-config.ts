import { describeValue, FormatError } from '@seg/checkpoint';

import type { Preprocessing, ResizeRule } from '../preprocess.ts';
import type { Category } from './categories.ts';
import {
  between,
  type Check,
  checkFields,
  type FieldsOf,
  listOf,
  NUMBER,
  oneOf,
  optional,
  POSITIVE,
  whole,
} from './check-fields.ts';
import { checkConfig } from './config-fields.ts';
import { type Inference, type ModelDescription, numClasses, type OwnConfig } from './model-description.ts';

const SIDE = whole(1);
const PART = between(0, 1);

const PREPROCESSING: FieldsOf<Omit<Preprocessing, 'resize'>> = {
  divisor: SIDE,
  reachDivisor: oneOf('pad', 'resize'),
  rescale: POSITIVE,
  mean: listOf(NUMBER, 3),
  std: listOf(POSITIVE, 3),
};

const EDGES = { shortestEdge: SIDE, longestEdge: SIDE };
const RESIZES: Record<ResizeRule['kind'], Record<string, Check>> = {
  'shortest-edge': EDGES,
  'truncated-edge': EDGES,
  rescale: EDGES,
  square: { side: SIDE },
  exact: { size: listOf(SIDE, 2) },
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
 * Checks what `config.json` of a folder of this project says, each field of it.
 *
 * @throws FormatError naming the field
 */
export function readOwnConfig(where: string, json: OwnConfig): ModelDescription {
  const { format, config, categories, preprocessing, inference } = json;
  if (format !== 'seg-model-1')
    throw new FormatError(`${where}: expected format seg-model-1, got ${describeValue(format)}`);
  checkConfig(where, config);
  checkCategories(where, categories, numClasses(config));
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
