import { FormatError } from '@seg/core';

import type { Category } from './categories.ts';
import { type ModelDescription, numClasses, type OwnConfig } from './model-description.ts';

const MODELS: Record<ModelDescription['config']['model'], true> = {
  mask2former: true,
  maskformer: true,
  solo: true,
  decoupled_solo: true,
  decoupled_solo_light: true,
  solov2: true,
  'max-deeplab': true,
  panoptic_segformer: true,
};

/**
 * Checks what `config.json` of a folder of this project says. What is wrong with the model's own numbers shows in the
 * shapes of its parameters.
 *
 * @throws FormatError naming the field
 */
export function readOwnConfig(where: string, json: OwnConfig): ModelDescription {
  const { format, config, categories, preprocessing, inference } = json;
  if (format !== 'seg-model-1') {
    throw new FormatError(`${where}: expected format seg-model-1, got ${JSON.stringify(format)}`);
  }
  if (!Object.hasOwn(MODELS, config?.model)) {
    const known = Object.keys(MODELS).join(', ');
    throw new FormatError(`${where}: expected one of ${known} as model, got ${JSON.stringify(config?.model)}`);
  }
  checkCategories(where, categories, numClasses(config));
  checkPreprocessing(where, preprocessing);
  return { config, categories, preprocessing, ...(inference && { inference }) };
}

function checkCategories(where: string, categories: readonly Category[], count: number): void {
  if (!Array.isArray(categories) || categories.length !== count) {
    const got = Array.isArray(categories) ? categories.length : JSON.stringify(categories);
    throw new FormatError(`${where}: expected ${count} categories, got ${got}`);
  }
  const isCategory = (one: Partial<Category> | null) =>
    Number.isSafeInteger(one?.id) && typeof one?.name === 'string' && typeof one.isThing === 'boolean';
  const strange = categories.find((one) => !isCategory(one));
  if (strange === undefined) return;
  throw new FormatError(`${where}: expected categories with id, name and isThing, got ${JSON.stringify(strange)}`);
}

function checkPreprocessing(
  where: string,
  preprocessing: Partial<ModelDescription['preprocessing']> | undefined,
): void {
  const { resize, divisor, reachDivisor, rescale, mean, std } = preprocessing ?? {};
  const isTriple = (value: unknown) => Array.isArray(value) && value.length === 3 && value.every(Number.isFinite);
  const isSound =
    isResize(resize) &&
    isSide(divisor) &&
    (reachDivisor === 'pad' || reachDivisor === 'resize') &&
    Number.isFinite(rescale) &&
    isTriple(mean) &&
    isTriple(std);
  if (isSound) return;
  throw new FormatError(
    `${where}: expected preprocessing with resize, divisor, reachDivisor, rescale, mean and std, got ${JSON.stringify(preprocessing)}`,
  );
}

function isResize(rule: Partial<ModelDescription['preprocessing']['resize']> | undefined): boolean {
  switch (rule?.kind) {
    case 'shortest-edge':
    case 'rescale':
      return isSide(rule.shortestEdge) && isSide(rule.longestEdge);
    case 'square':
      return isSide(rule.side);
    case 'exact':
      return Array.isArray(rule.size) && rule.size.length === 2 && rule.size.every(isSide);
    case 'none':
      return true;
    default:
      return false;
  }
}

function isSide(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
