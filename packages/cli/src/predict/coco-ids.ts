import path from 'node:path';
import { FormatError, readAs } from '@seg/checkpoint';
import type { Category } from '@seg/image';
import * as v from 'valibot';

import { readJson } from '../read-json.ts';

/** Results have numbers: `seg data convert --to coco` gives them to a set whose ids are texts. */
const idSchema = v.custom<number>(
  Number.isSafeInteger,
  'a whole number below 2^53 (seg data convert --to coco numbers a set with other ids)',
);

const schema = v.object({
  images: v.array(
    v.object({
      id: idSchema,
      file_name: v.optional(v.string()),
      /** LVIS has it in place of a name */
      coco_url: v.optional(v.string()),
    }),
  ),
  categories: v.array(v.object({ id: idSchema, name: v.string() })),
});

/** Stands for a name that two images have. */
const SEVERAL = Number.NEGATIVE_INFINITY;

/** Ids of a COCO file: its images by their file names, its categories by their names. */
export class CocoIds {
  private readonly file: string;
  private readonly images: ReadonlyMap<string, number>;
  private readonly stems: ReadonlyMap<string, number>;
  private readonly categories: ReadonlyMap<string, number>;

  constructor(file: string, { images, categories }: v.InferOutput<typeof schema>) {
    const named = images.map(({ id, file_name, coco_url }) => {
      return [path.posix.basename((file_name ?? coco_url ?? '').replaceAll('\\', '/')), id] as const;
    });
    this.file = file;
    this.images = unambiguous(named);
    this.stems = unambiguous(named.map(([name, id]) => [path.parse(name).name, id]));
    this.categories = unambiguous(categories.map(({ id, name }) => [plainName(name), id]));
  }

  /** @throws FormatError naming the field that is not as COCO has it */
  static async read(file: string): Promise<CocoIds> {
    return new CocoIds(file, readAs(file, schema, await readJson(file)));
  }

  /**
   * Id of an image: by its whole file name, or else without its ending, since ground truth has PNGs of JPEGs.
   *
   * @returns null where the file has no such image
   * @throws FormatError where it has several
   */
  imageId(image: string): number | null {
    const name = path.basename(image);
    const id = this.images.get(name) ?? this.stems.get(path.parse(name).name) ?? null;
    if (id !== SEVERAL) return id;
    throw new FormatError(`${this.file}: expected one image named ${name}, got several`);
  }

  /** An id that no image of the file has, and none of those given out before. */
  unusedIds(): () => number {
    let last = highestOf(this.images);
    return () => ++last;
  }

  /**
   * The same categories under the file's ids. What counts is the name, never the number: every data set counts its own way.
   *
   * @throws FormatError naming a category that the file does not have, or has twice
   */
  renumber(categories: readonly Category[], isNeeded: (category: Category) => boolean = () => true): Category[] {
    let unused = highestOf(this.categories);
    return categories.map((category) => {
      const id = this.categories.get(plainName(category.name));
      if (id !== undefined && id !== SEVERAL) return { ...category, id };
      if (!isNeeded(category)) return { ...category, id: ++unused };
      const got = id === SEVERAL ? 'several' : 'none';
      throw new FormatError(`${this.file}: expected the model's category ${JSON.stringify(category.name)}, got ${got}`);
    });
  }
}

/** Of a hundred thousand images there are too many for `Math.max`. */
function highestOf(ids: ReadonlyMap<string, number>): number {
  let highest = 0;
  for (const id of ids.values()) highest = Math.max(highest, id);
  return highest;
}

function unambiguous(pairs: readonly (readonly [name: string, id: number])[]): Map<string, number> {
  const byName = new Map<string, number>();
  for (const [name, id] of pairs) byName.set(name, byName.has(name) && byName.get(name) !== id ? SEVERAL : id);
  return byName;
}

/** `Traffic_light` and `traffic light` are one name. */
function plainName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ');
}
