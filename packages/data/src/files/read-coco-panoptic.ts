import path from 'node:path';
import { FormatError } from '@seg/checkpoint/safetensors';
import type { ImageSize } from '@seg/image';

import { fromCocoCategories } from '../data-sets/coco-categories.ts';
import type { CocoPanopticAnnotation } from '../data-sets/coco-panoptic-json.ts';
import { parseCocoPanoptic } from '../data-sets/parse-coco-panoptic.ts';
import { rawSplit } from '../formats/split-name.ts';
import { labelMasks } from '../masks/label-masks.ts';
import { MaskRoom } from '../masks/mask-room.ts';
import { readPanopticIds } from './coco-panoptic-dataset.ts';
import type { AnnotatedMasks, DatasetItem } from './file-dataset.ts';
import { findImages } from './find-images.ts';
import type { DatasetContent, ReaderOptions } from './found-dataset.ts';
import { isFolder, readText } from './list-folder.ts';

/** Reads a COCO panoptic file and finds its images and PNGs. */
export async function readCocoPanoptic(file: string, options: ReaderOptions): Promise<DatasetContent> {
  const json = parseCocoPanoptic(await readText(file), file);
  const names = json.images.map(({ file_name }) => file_name);
  const fileOf = await findImages(file, rawSplit(path.parse(file).name), names, options.images);
  const pngs = await findPngFolder(file);
  const categories = fromCocoCategories(json.categories);
  const classes = new Map(categories.map(({ id }, index) => [id, index]));
  const images = new Map(json.images.map((image) => [image.id, image]));
  const items = json.annotations.map((annotation): DatasetItem => {
    const { file_name, height, width } = images.get(annotation.image_id)!;
    const png = path.join(pngs, annotation.file_name);
    return {
      name: file_name,
      file: fileOf(file_name),
      size: [height, width],
      count: annotation.segments_info.length,
      sources: [png],
      masks: () => readMasks(png, annotation, [height, width], classes),
    };
  });
  return { format: 'coco-panoptic', task: 'panoptic', categories, items, files: [file], namedBy: file };
}

/** The folder named as the file (COCO), or `panoptic/` beside it. */
async function findPngFolder(file: string): Promise<string> {
  const places = [file.replace(/\.json$/i, ''), path.join(path.dirname(file), 'panoptic')];
  for (const place of places) if (await isFolder(place)) return place;
  throw new FormatError(`openDataset: ${file}: expected its PNGs in ${places.join(' or ')}, got neither folder`);
}

async function readMasks(
  png: string,
  annotation: CocoPanopticAnnotation,
  size: ImageSize,
  classes: ReadonlyMap<number, number>,
): Promise<AnnotatedMasks> {
  const { ids } = await readPanopticIds(png, annotation, { height: size[0], width: size[1] });
  const masks = labelMasks(ids, size, new MaskRoom(png));
  const segments = annotation.segments_info.map(({ id, category_id, iscrowd }) => ({
    mask: masks.get(id)!,
    category: classes.get(category_id)!,
    isCrowd: iscrowd === 1,
  }));
  return { size, segments, unknown: masks.get(0) ?? null };
}
