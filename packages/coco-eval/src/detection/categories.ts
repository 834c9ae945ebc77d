import { shown } from '../state/expect-value.ts';
import type { CocoCategory } from './coco-types.ts';

/**
 * Checks a category.
 *
 * @throws unless it is an object with an id of a number or text and, if it has a name, one of text
 */
export function requireCategory(where: string, category: unknown): void {
  const { id, name } = (category ?? {}) as { id?: unknown; name?: unknown };
  if (typeof id !== 'number' && typeof id !== 'string')
    throw new TypeError(`${where}: expected an id of a number or text, got ${shown(id)}`);
  if (name !== undefined && name !== null && typeof name !== 'string')
    throw new TypeError(`${where}: expected a name of text, got ${shown(name)}`);
}

/** Checks a list of categories. @throws at the first that is none */
export function requireCategories(where: string, categories: unknown): asserts categories is readonly CocoCategory[] {
  if (!Array.isArray(categories))
    throw new TypeError(`${where}: expected a list of categories, got ${shown(categories)}`);
  for (const [k, category] of categories.entries()) requireCategory(`${where}: categories[${k}]`, category);
}
