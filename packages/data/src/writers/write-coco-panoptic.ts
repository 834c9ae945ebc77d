import path from 'node:path';
import { expectOptions } from '@seg/checkpoint/expect-options';
import { makeFolder, writeFileAtomic } from '@seg/checkpoint/node';
import { encodePanopticPng } from '@seg/image';
import { toCocoCategories } from '../data-sets/coco-categories.ts';
import { toPanopticSample } from '../data-sets/mask-conversions.ts';
import { maskArea, maskBox } from '../masks/box-mask.ts';
import { labelMasks } from '../masks/label-masks.ts';
import { MaskRoom } from '../masks/mask-room.ts';
import { eachImage, type PlacedImage, spareParts } from './each-image.ts';
import type { WriteOptions, WrittenPart } from './written-dataset.ts';
import { WRITING } from './written-dataset.ts';

/**
 * Writes parts of data sets as COCO panoptic: `panoptic_SPLIT.json` when `images/SPLIT/` and the PNGs in
 * `panoptic_SPLIT/` are complete. Where masks overlap, the smaller one keeps the pixels.
 *
 * @throws FormatError before anything is written, where a file would take the place of one that is read
 */
export async function writeCocoPanoptic(
  folder: string,
  parts: readonly WrittenPart[],
  options: WriteOptions = {},
): Promise<void> {
  expectOptions('writeCocoPanoptic', options, WRITING);
  await spareParts(folder, parts, ({ split }, names) => [
    `panoptic_${split}.json`,
    ...names.map((name) => path.join(`panoptic_${split}`, pngOf(name))),
  ]);
  for (const part of parts) {
    const { categories } = part.dataset;
    const pngs = path.join(folder, `panoptic_${part.split}`);
    await makeFolder(pngs);
    const images: object[] = [];
    const annotations: object[] = [];
    for await (const image of eachImage(folder, part, options)) {
      const [height, width] = image.size;
      const file_name = pngOf(image.fileName);
      const { ids, segments_info } = panopticOf(image, categories);
      await writeFileAtomic(path.join(pngs, file_name), encodePanopticPng({ ids, width, height }));
      images.push({ id: image.id, file_name: image.fileName, width, height });
      annotations.push({ image_id: image.id, file_name, segments_info });
    }
    const json = { images, annotations, categories: toCocoCategories(categories) };
    await writeFileAtomic(path.join(folder, `panoptic_${part.split}.json`), `${JSON.stringify(json)}\n`);
  }
}

const pngOf = (fileName: string) => `${path.parse(fileName).name}.png`;

function panopticOf({ size, segments, fileName: name }: PlacedImage, categories: WrittenPart['dataset']['categories']) {
  const [height, width] = size;
  const image = { data: new Uint8Array(0), width, height };
  const sample = toPanopticSample({ name, image, segments, unknown: null }, categories);
  const masks = labelMasks(sample.ids, size, new MaskRoom(name));
  const segments_info = sample.segments.map((segment) => {
    const mask = masks.get(segment.id)!;
    const box = maskBox(mask)!;
    return { ...segment, area: maskArea(mask), bbox: [box.x, box.y, box.width, box.height] };
  });
  return { ids: sample.ids, segments_info };
}
