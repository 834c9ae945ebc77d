import path from 'node:path';
import { A_TEXT, expectOptions, expectValue } from '@seg/checkpoint/expect-options';
import { FormatError } from '@seg/checkpoint/safetensors';
import type { Category } from '@seg/image';
import { refuseErrors, skipFaults } from '../data-sets/data-fault.ts';
import { isInOrder, matchCategories, moveSegments } from '../data-sets/match-categories.ts';
import { splitName } from '../formats/split-name.ts';
import type { DatasetOptions } from './dataset-options.ts';
import { DATASET } from './dataset-options.ts';
import { type DatasetItem, FileDataset } from './file-dataset.ts';
import { findAde20k } from './find-ade20k.ts';
import { findCityscapes } from './find-cityscapes.ts';
import { findCoco } from './find-coco.ts';
import { findCvat } from './find-cvat.ts';
import { findLabelMaps } from './find-label-maps.ts';
import { findLabelMe } from './find-labelme.ts';
import { findObjectMasks } from './find-object-masks.ts';
import { findRoboflowMasks } from './find-roboflow-masks.ts';
import { findVoc } from './find-voc.ts';
import { findYolo } from './find-yolo.ts';
import { foreignFormat } from './foreign-format.ts';
import type { DatasetContent, DatasetFinder, FoundDataset, ReaderOptions } from './found-dataset.ts';
import { isFile, isFolder } from './list-folder.ts';
import { missingFile } from './missing-file.ts';

/** The most telling layouts first; label maps are what is left. */
const FINDERS: readonly DatasetFinder[] = [
  findCoco,
  findYolo,
  findCvat,
  findVoc,
  findCityscapes,
  findAde20k,
  findLabelMe,
  findRoboflowMasks,
  findObjectMasks,
  findLabelMaps,
];

/**
 * Opens a data set of any format that is known: COCO instances and panoptic, YOLO, Pascal VOC, Cityscapes, ADE20K, LabelMe,
 * CVAT for images, folders of label maps, folders of one mask an object. The format is told from the content.
 *
 * @param place A folder, or the file of annotations
 * @throws FormatError where nothing of these is there, or where a format cannot say what is needed: by the name of the
 * option that does
 */
export async function openDataset(place: string, options: DatasetOptions = {}): Promise<FileDataset> {
  expectOptions('openDataset', options, DATASET);
  expectValue('openDataset', 'place', place, A_TEXT);
  const report = options.report ?? (options.skipFaults ? skipFaults : refuseErrors);
  const found = await findDataset(place, { ...options, report });
  const split = chooseSplit(place, found.splits, options.split);
  const { report: _, ...plain } = { ...options, split: split ?? undefined };
  const { namedBy, ...content } = await found.open(split);
  refuseUnused(place, { namedBy, ...content }, options);
  const parts = options.matching === undefined ? content : asMatching(content, options.matching, place);
  const items = report === skipFaults ? await withFiles(parts) : parts.items;
  return new FileDataset({ ...parts, items, path: place, options: plain, splits: found.splits, split });
}

async function withFiles({ items, format }: DatasetContent): Promise<DatasetItem[]> {
  const kept: DatasetItem[] = [];
  for (const item of items) if ((await missingFile(item, format)) === null) kept.push(item);
  return kept;
}

/** @throws FormatError at an option that the format has no use of */
function refuseUnused(place: string, { format, namedBy }: DatasetContent, options: DatasetOptions): void {
  if (options.categories !== undefined && namedBy) {
    throw new FormatError(
      `openDataset: ${place}: expected no option categories (${path.basename(namedBy)} has them), got it`,
    );
  }
  if (options.ignored === undefined || format === 'label-maps') return;
  throw new FormatError(`openDataset: ${place}: expected option ignored with label maps alone, got it with ${format}`);
}

function asMatching(content: DatasetContent, categories: readonly Category[], place: string): DatasetContent {
  const places = matchCategories(content.categories, categories, place);
  if (isInOrder(places)) return { ...content, categories };
  const items = content.items.map((item) => ({
    ...item,
    masks: async (...given: Parameters<DatasetItem['masks']>) => {
      const masks = await item.masks(...given);
      return { ...masks, segments: moveSegments(masks.segments, places) };
    },
  }));
  return { ...content, categories, items };
}

async function findDataset(place: string, options: ReaderOptions): Promise<FoundDataset> {
  if (!(await isFolder(place)) && !(await isFile(place))) {
    throw new FormatError(`openDataset: expected a folder or file ${place}, got nothing there`);
  }
  for (const find of FINDERS) {
    const found = await find(place, options);
    if (found !== null) return found;
  }
  const got = (await foreignFormat(place)) ?? 'none of them';
  const known = 'COCO, YOLO, VOC, Cityscapes, ADE20K, LabelMe, CVAT, label maps or a mask an object';
  throw new FormatError(`openDataset: ${place}: expected a data set (${known}), got ${got}`);
}

function chooseSplit(place: string, splits: readonly string[], wanted: DatasetOptions['split']): string | null {
  const list = splits.join(', ');
  for (const each of typeof wanted === 'string' ? [wanted] : (wanted ?? [])) {
    const split = splits.find((name) => name === each || name === splitName(each));
    if (split !== undefined) return split;
  }
  if (typeof wanted === 'string') {
    throw new FormatError(`openDataset: ${place}: expected a split of ${list || 'none'}, got ${wanted}`);
  }
  if (splits.length === 0) return null;
  if (splits.length === 1) return splits[0];
  if (splits.includes('train')) return 'train';
  throw new FormatError(`openDataset: ${place}: expected option split (one of ${list}), got none`);
}
