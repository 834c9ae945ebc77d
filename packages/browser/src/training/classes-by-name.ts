import { FormatError } from '@seg/checkpoint/safetensors';
import type { MaskDataset, MaskSample } from '@seg/data';

/**
 * A data set with the classes of another, found by their names: files number them as they like. Classes that no object has may be
 * others.
 *
 * @param name Of the file, for messages
 * @throws FormatError naming the first object's class that the other lacks
 */
export async function withClassesOf(
  { categories }: Pick<MaskDataset, 'categories'>,
  dataset: MaskDataset,
  name: string,
): Promise<MaskDataset> {
  const places = new Map(categories.map((category, place) => [category.name, place]));
  const placeOf = (category: number, where: string): number => {
    const { name: wanted } = dataset.categories[category];
    const place = places.get(wanted);
    if (place !== undefined) return place;
    const known = categories.map((one) => one.name).join(', ');
    throw new FormatError(
      `${name}: ${where}: expected objects of the classes that are trained, ${known}, got ${wanted}`,
    );
  };
  const samples: MaskSample[] = [];
  for (let i = 0; i < dataset.length; i++) {
    const sample = await dataset.read(i);
    const segments = sample.segments.map((one) => ({ ...one, category: placeOf(one.category, sample.name) }));
    samples.push({ ...sample, segments });
  }
  return { ...dataset, categories, read: async (index) => samples[index] };
}
