import { FormatError } from '@seg/checkpoint/safetensors';
import type { Category } from '@seg/image';

/** Categories as a caller gives them: whole, or by their names in order. */
export type CategoryList = readonly Category[] | readonly string[];

/** Most categories of a data set: LVIS has 1,203, and tags of the open world 20,000. */
const MOST_CATEGORIES = 65_536;

/**
 * Makes categories of names: numbered from 0 on, in the order given.
 *
 * @param isThing Said of each that is given by its name
 * @throws FormatError where a name is none, comes twice, or there are too many
 */
export function categoriesOf(list: CategoryList, isThing: boolean, where: string): Category[] {
  if (list.length === 0 || list.length > MOST_CATEGORIES) {
    throw new FormatError(`${where}: expected 1 to ${MOST_CATEGORIES} categories, got ${list.length}`);
  }
  const categories = list.map((each, id) => (typeof each === 'string' ? { id, name: each, isThing } : each));
  const names = new Set<string>();
  for (const { name } of categories) {
    if (typeof name !== 'string' || name === '') {
      throw new FormatError(`${where}: expected categories with names, got ${JSON.stringify(name)}`);
    }
    if (names.has(name)) {
      throw new FormatError(`${where}: expected every category once, got ${JSON.stringify(name)} twice`);
    }
    names.add(name);
  }
  return categories;
}

/** @throws FormatError asking for the categories by name, where a format cannot say them */
export function askForCategories(list: CategoryList | undefined, isThing: boolean, where: string, why: string) {
  if (list !== undefined) return categoriesOf(list, isThing, where);
  throw new FormatError(`openDataset: ${where}: expected option categories (${why}), got none`);
}
