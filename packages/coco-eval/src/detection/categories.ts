import { expectList, expectThat } from '../state/expect-value.ts';
import type { CocoCategory } from './coco-types.ts';

/**
 * Checks a category.
 *
 * @throws unless it is an object with an id of a number or text and, if it has a name, one of text
 */
export function requireCategory(where: string, category: unknown): void {
  const { id, name } = (category ?? {}) as { id?: unknown; name?: unknown };
  expectThat(typeof id === 'number' || typeof id === 'string', where, 'an id of a number or text', id);
  expectThat(typeof (name ?? '') === 'string', where, 'a name of text', name);
}

/** Checks a list of categories. @throws at the first that is none */
export function requireCategories(where: string, categories: unknown): asserts categories is readonly CocoCategory[] {
  for (const [k, category] of expectList(where, categories).entries())
    requireCategory(`${where}: categories[${k}]`, category);
}
