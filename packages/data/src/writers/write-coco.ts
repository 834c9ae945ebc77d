import path from 'node:path';
import { expectOptions, oneOf } from '@seg/checkpoint/expect-options';
import { writeFileAtomic } from '@seg/checkpoint/node';
import { formatRle } from '@seg/coco-eval';
import type { ImageSize } from '@seg/image';
import type { MaskSegment } from '../data-sets/mask-sample.ts';
import { maskArea, maskBox } from '../masks/box-mask.ts';
import { maskOutlines } from '../masks/mask-outlines.ts';
import { maskRle } from '../masks/mask-rle.ts';
import { eachImage, spareParts } from './each-image.ts';
import type { WriteOptions, WrittenPart } from './written-dataset.ts';
import { WRITING } from './written-dataset.ts';

/** Options of `writeCoco`. */
export type WriteCocoOptions = WriteOptions & {
  /**
   * `rle` is exact for every mask. `polygons` is what annotation tools read; masks with holes and crowds stay run lengths,
   * since COCO's polygons have no holes. Default: `rle`
   */
  segmentation?: 'rle' | 'polygons';
};

/**
 * Writes parts of data sets as COCO instances: `SPLIT.json` when `images/SPLIT/` is complete.
 *
 * @throws FormatError before anything is written, where a file would take the place of one that is read
 */
export async function writeCoco(
  folder: string,
  parts: readonly WrittenPart[],
  options: WriteCocoOptions = {},
): Promise<void> {
  expectOptions('writeCoco', options, { ...WRITING, segmentation: oneOf('rle', 'polygons') });
  await spareParts(folder, parts, ({ split }) => [`${split}.json`]);
  for (const part of parts) {
    const { categories } = part.dataset;
    const images: object[] = [];
    const annotations: object[] = [];
    for await (const { id: image_id, fileName, size, segments } of eachImage(folder, part, options)) {
      images.push({ id: image_id, file_name: fileName, width: size[1], height: size[0] });
      for (const segment of segments) {
        const written = annotationOf(segment, size, options);
        const category_id = categories[segment.category].id;
        if (written !== null) annotations.push({ id: annotations.length + 1, image_id, category_id, ...written });
      }
    }
    const json = {
      images,
      annotations,
      categories: categories.map(({ id, name }) => ({ id, name, supercategory: '' })),
    };
    await writeFileAtomic(path.join(folder, `${part.split}.json`), `${JSON.stringify(json)}\n`);
  }
}

function annotationOf(
  { mask, isCrowd }: MaskSegment,
  size: ImageSize,
  { segmentation }: WriteCocoOptions,
): object | null {
  const box = maskBox(mask);
  if (box === null) return null;
  const { outlines, holes } = maskOutlines(mask);
  const asPolygons = segmentation === 'polygons' && holes.length === 0 && !isCrowd;
  return {
    segmentation: asPolygons ? outlines : formatRle(maskRle(mask, size)),
    area: maskArea(mask),
    bbox: [box.x, box.y, box.width, box.height],
    iscrowd: isCrowd ? 1 : 0,
  };
}
