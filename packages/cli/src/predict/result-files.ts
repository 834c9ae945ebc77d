import path from 'node:path';
import { writeFileAtomic } from '@seg/checkpoint/node';
import { toCocoCategories } from '@seg/data';
import type { Category } from '@seg/image';

import type { InputImage } from './input-images.ts';
import type { InstanceResult } from './instance-results.ts';
import type { Drawing, Pictures } from './picture-maker.ts';
import type { PredictionRecord } from './record.ts';

/** Entries of an image in COCO's panoptic format. */
type Entry = Pick<PredictionRecord, 'image' | 'annotation'>;

type Pieces<T> = Iterable<T> | AsyncIterable<T>;

/** Writes what prediction leaves in its folder: two pictures an image, and files in COCO's formats. */
export class ResultFiles {
  readonly folder: string;
  private readonly categories: readonly Category[];

  constructor(folder: string, categories: readonly Category[]) {
    this.folder = folder;
    this.categories = categories;
  }

  /** Name of an image in the files. */
  static nameOf({ file }: InputImage): string {
    return path.basename(file);
  }

  /** `<name>.overlay.png` and `<name>.panoptic.png`. @returns What COCO's format says of the image */
  async addImage(
    input: InputImage,
    imageId: number,
    { image, map }: Pick<Drawing, 'image' | 'map'>,
    pictures: Pictures,
  ): Promise<Entry> {
    const file_name = panopticName(input);
    const writes = await Promise.allSettled([
      writeFileAtomic(path.join(this.folder, overlayName(input)), pictures.overlay),
      writeFileAtomic(path.join(this.folder, file_name), pictures.panoptic),
    ]);
    for (const write of writes) if (write.status === 'rejected') throw write.reason;
    const { width, height } = image;
    const segments_info = map.segments.map(({ id, category, area, bbox }) => {
      return { id, category_id: this.categories[category].id, area, bbox, iscrowd: 0 as const };
    });
    return {
      image: { id: imageId, file_name: ResultFiles.nameOf(input), width, height },
      annotation: { image_id: imageId, file_name, segments_info },
    };
  }

  /**
   * `panoptic.json`, and `instances.json` where there are instances, both written record by record: no string and no list
   * holds them all.
   */
  async finish(instances: Pieces<InstanceResult> | null, records: () => Pieces<Entry> = () => []): Promise<void> {
    const categories = JSON.stringify(toCocoCategories(this.categories));
    await writeFileAtomic(path.join(this.folder, PANOPTIC), panopticText(records, categories));
    if (instances === null) return;
    await writeFileAtomic(path.join(this.folder, INSTANCES), inPieces(listText(instances)));
  }
}

const PANOPTIC = 'panoptic.json';
const INSTANCES = 'instances.json';

/** Names of the files that hold all images. */
export const WHOLE_FILES = [PANOPTIC, INSTANCES] as const;

/** Names of the pictures of some images. */
export function pictureNames(inputs: readonly Pick<InputImage, 'name'>[]): string[] {
  return inputs.flatMap((input) => [overlayName(input), panopticName(input)]);
}

function overlayName({ name }: Pick<InputImage, 'name'>): string {
  return `${name}.overlay.png`;
}

/** Name of the map of an image. */
export function panopticName({ name }: Pick<InputImage, 'name'>): string {
  return `${name}.panoptic.png`;
}

async function* panopticText(records: () => Pieces<Entry>, categories: string): AsyncGenerator<string> {
  yield '{"images":';
  yield* inPieces(listText(mapped(records(), ({ image }) => image)));
  yield ',"annotations":';
  yield* inPieces(listText(mapped(records(), ({ annotation }) => annotation)));
  yield `,"categories":${categories}}\n`;
}

async function* mapped<A, B>(values: Pieces<A>, one: (value: A) => B): AsyncGenerator<B> {
  for await (const value of values) yield one(value);
}

async function* listText(values: Pieces<unknown>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const value of values) {
    yield before + JSON.stringify(value);
    before = ',\n';
  }
  yield before === '[\n' ? '[]' : '\n]';
}

/** Characters that are written at once: single records would cost a call of the system each. */
const PIECE = 2 ** 18;

async function* inPieces(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let gathered = '';
  for await (const text of texts) {
    gathered += text;
    if (gathered.length < PIECE) continue;
    yield gathered;
    gathered = '';
  }
  yield gathered;
}
