import { FormatError } from '@seg/checkpoint/safetensors';
import type { Category } from '@seg/image';

import type { MaskDataset, MaskSample, MaskSegment } from './mask-sample.ts';

/**
 * Finds categories among others by name: order and ids may differ.
 *
 * @param where Place of `own`, for messages
 * @returns Place in `wanted` of each of `own`
 * @throws FormatError at a name that one of them lacks, or that is a thing in one and stuff in the other
 */
export function matchCategories(own: readonly Category[], wanted: readonly Category[], where: string): number[] {
  const ownNames = new Map(own.map(({ name, isThing }) => [name, isThing]));
  const places = new Map(wanted.map(({ name }, place) => [name, place]));
  for (const { name, isThing } of wanted) {
    const found = ownNames.get(name);
    if (found === isThing) continue;
    const [want, got] = [kindOf(isThing), found === undefined ? 'none' : `it as ${kindOf(found)}`];
    throw new FormatError(`${where}: expected category ${JSON.stringify(name)} as ${want}, got ${got}`);
  }
  return own.map(({ name }) => {
    const place = places.get(name);
    if (place !== undefined) return place;
    const known = `the ${wanted.length} categories of the other part alone`;
    throw new FormatError(`${where}: expected ${known}, got ${JSON.stringify(name)}, too`);
  });
}

const kindOf = (isThing: boolean) => (isThing ? 'things' : 'stuff');

/** Tells whether places are 0, 1, 2, …, so that nothing is to be moved. */
export function isInOrder(places: readonly number[]): boolean {
  return places.every((place, k) => place === k);
}

/** Segments under the places that their categories have elsewhere. */
export function moveSegments(segments: readonly MaskSegment[], places: readonly number[]): MaskSegment[] {
  return segments.map((segment) => ({ ...segment, category: places[segment.category] }));
}

/**
 * Shows a data set under the categories of another, or of a model: the same names in another order, under other ids.
 *
 * @throws FormatError where the names are not the same
 */
export function withCategories(dataset: MaskDataset, categories: readonly Category[]): MaskDataset {
  const places = matchCategories(dataset.categories, categories, 'withCategories');
  const read = async (index: number): Promise<MaskSample> => {
    const sample = await dataset.read(index);
    return { ...sample, segments: moveSegments(sample.segments, places) };
  };
  const { task, length } = dataset;
  return { task, categories, length, name: (index) => dataset.name(index), read };
}
