import { FormatError } from '@seg/checkpoint/safetensors';
import { type MaskDataset, type MaskSample, moveSegments } from '@seg/data';

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
  const names = categories.map((category) => category.name);
  const places = dataset.categories.map((category) => names.lastIndexOf(category.name));
  const samples: MaskSample[] = [];
  for (let i = 0; i < dataset.length; i++) {
    const sample = await dataset.read(i);
    const unknown = sample.segments.find(({ category }) => places[category] < 0);
    if (unknown !== undefined) {
      const expected = `expected objects of the classes that are trained, ${names.join(', ')}`;
      throw new FormatError(`${name}: ${sample.name}: ${expected}, got ${dataset.categories[unknown.category].name}`);
    }
    samples.push({ ...sample, segments: moveSegments(sample.segments, places) });
  }
  return { ...dataset, categories, read: async (index) => samples[index] };
}
