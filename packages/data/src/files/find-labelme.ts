import path from 'node:path';
import { decodeImage, type ImageSize } from '@seg/image';

import { attemptAsync, type FaultSink } from '../data-sets/data-fault.ts';
import { type CategoryList, categoriesOf } from '../formats/category-list.ts';
import { reportOutside } from '../formats/coco-instances.ts';
import { type LabelMeFile, type LabelMeObject, parseLabelMe } from '../formats/labelme.ts';
import { staysInside } from '../formats/safe-path.ts';
import { type BoxMask, boxMaskOf, cropBoxMask, paintMask } from '../masks/box-mask.ts';
import { MaskRoom } from '../masks/mask-room.ts';
import { polygonMask } from '../masks/polygon-mask.ts';
import type { DatasetItem } from './file-dataset.ts';
import type { DatasetContent, FoundDataset, ReaderOptions } from './found-dataset.ts';
import { folderNames, imageNames, isFile, readJsonFile, readText } from './list-folder.ts';
import { wholeOrSplits } from './split-folders.ts';

/**
 * Finds LabelMe's files: a JSON beside each image. Categories are the labels found, of all splits together and sorted, unless
 * the caller gives them.
 */
export async function findLabelMe(place: string, options: ReaderOptions): Promise<FoundDataset | null> {
  if (await isFile(place)) {
    if (!/\.json$/i.test(place) || !(await isLabelMe(place))) return null;
    return { splits: [], open: () => readFiles([place], [place], options) };
  }
  const all: string[] = [];
  return wholeOrSplits(place, async (folder) => {
    const files = await jsonFiles(folder);
    if (files.length === 0 || !(await isLabelMe(files[0]))) return null;
    all.push(...files);
    return () => readFiles(files, all, options);
  });
}

async function jsonFiles(folder: string): Promise<string[]> {
  const names = ((await folderNames(folder)) ?? []).filter((name) => /\.json$/i.test(name));
  return names.map((name) => path.join(folder, name));
}

async function isLabelMe(file: string): Promise<boolean> {
  return /"shapes"\s*:/.test(await readText(file));
}

type LabelMeContent = { file: string; content: LabelMeFile };

/** @param all Files of every split, which say the categories */
async function readFiles(
  files: readonly string[],
  all: readonly string[],
  { report, images, categories: given }: ReaderOptions,
): Promise<DatasetContent> {
  const contents = await parseAll(files, report);
  const others = given === undefined ? all.filter((file) => !files.includes(file)) : [];
  const labelled = [...contents, ...(await parseAll(others, () => {}))];
  const categories = categoriesOf(given ?? labelsOf(labelled), true, path.dirname(files[0]));
  const classes = new Map(categories.map(({ name }, index) => [name, index]));
  const items: DatasetItem[] = [];
  for (const { file, content } of contents) {
    items.push(await itemOf(file, content, images ?? path.dirname(file), classes));
  }
  return { format: 'labelme', task: 'instance', categories, items };
}

async function parseAll(files: readonly string[], report: FaultSink): Promise<LabelMeContent[]> {
  const contents: LabelMeContent[] = [];
  for (const file of files) {
    await attemptAsync('annotation', report, async () => {
      contents.push({ file, content: parseLabelMe(await readJsonFile(file), file, report) });
    });
  }
  return contents;
}

function labelsOf(files: readonly LabelMeContent[]): CategoryList {
  return [...new Set(files.flatMap(({ content }) => content.objects.map(({ label }) => label)))].sort();
}

async function itemOf(
  file: string,
  { imagePath, size, objects }: LabelMeFile,
  images: string,
  classes: ReadonlyMap<string, number>,
): Promise<DatasetItem> {
  return {
    name: path.parse(file).name,
    file: await imageOf(file, imagePath, images),
    size,
    count: objects.length,
    masks: async (upright, report) => {
      const annotated = size ?? upright;
      const room = new MaskRoom(file);
      const segments = [];
      for (const object of objects) {
        const category = classes.get(object.label);
        const mask = await maskOf(object, annotated, room, report);
        if (category === undefined) reportUnknown(object, report);
        else if (mask.data.length > 0) segments.push({ mask, category, isCrowd: false });
        else reportEmpty(object, report);
      }
      return { size: annotated, segments, unknown: null };
    },
  };
}

function reportUnknown({ where, label }: LabelMeObject, report: FaultSink): void {
  const message = `${where}: expected a label of the categories, got ${JSON.stringify(label)}`;
  report({ severity: 'error', kind: 'unknown-reference', message });
}

function reportEmpty({ where }: LabelMeObject, report: FaultSink): void {
  const message = `${where}: expected a mask with pixels in the image, got none`;
  report({ severity: 'warning', kind: 'empty-mask', message });
}

/** The image that the file names, where it stays in the folder; else one named as the file. */
async function imageOf(file: string, imagePath: string | null, images: string): Promise<string> {
  const given = imagePath?.replaceAll('\\', '/') ?? null;
  const places = given === null ? [] : [given, path.posix.basename(given)].filter(staysInside);
  for (const place of places) if (await isFile(path.join(images, place))) return path.join(images, place);
  const stem = path.parse(file).name;
  const name = ((await imageNames(images)) ?? []).find((each) => path.parse(each).name === stem);
  return path.join(images, name ?? (places[0] || `${stem}.jpg`));
}

async function maskOf(object: LabelMeObject, size: ImageSize, room: MaskRoom, report: FaultSink): Promise<BoxMask> {
  const { polygons, masks, where } = object;
  reportOutside(polygons, size, where, report);
  if (masks.length === 0) return polygonMask(polygons, size, room, where);
  const [height, width] = size;
  const whole = new Uint8Array(height * width);
  if (polygons.length > 0) paintMask(whole, width, polygonMask(polygons, size, room, where), 1);
  for (const { x, y, png } of masks) {
    const { data, ...box } = await decodeImage(png, where);
    const part = { x, y, ...box, data: new Uint8Array(box.width * box.height).map((_, i) => (data[3 * i] ? 1 : 0)) };
    paintMask(whole, width, cropBoxMask(part, { x: 0, y: 0, width, height }), 1);
  }
  const mask = boxMaskOf(whole, size);
  room.take(mask);
  return mask;
}
