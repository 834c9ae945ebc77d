import path from 'node:path';

import { drawInstances, parseCocoInstances } from '../formats/coco-instances.ts';
import { rawSplit } from '../formats/split-name.ts';
import { MaskRoom } from '../masks/mask-room.ts';
import type { DatasetItem } from './file-dataset.ts';
import { findImages } from './find-images.ts';
import type { DatasetContent, ReaderOptions } from './found-dataset.ts';
import { readJsonFile } from './list-folder.ts';

/** Reads a COCO instance file and finds its images. */
export async function readCocoInstances(file: string, options: ReaderOptions): Promise<DatasetContent> {
  const { categories, images } = parseCocoInstances(await readJsonFile(file), file, options.report);
  const names = images.map(({ file_name }) => file_name);
  const fileOf = await findImages(file, rawSplit(path.parse(file).name), names, options.images);
  const items = images.map(
    ({ file_name, size, instances }): DatasetItem => ({
      name: file_name,
      file: fileOf(file_name),
      size,
      count: instances.length,
      sources: [],
      masks: (upright, report) => {
        const annotated = size ?? upright;
        const segments = drawInstances(instances, annotated, new MaskRoom(`${file}: ${file_name}`), report);
        return { size: annotated, segments, unknown: null };
      },
    }),
  );
  return { format: 'coco', task: 'instance', categories, items, files: [file], namedBy: file };
}
