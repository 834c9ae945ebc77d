import path from 'node:path';
import { FormatError } from '@seg/checkpoint/safetensors';
import { type Category, decodeImage, type ImageSize } from '@seg/image';

import { attemptAsync, type FaultSink } from '../data-sets/data-fault.ts';
import type { MaskSegment } from '../data-sets/mask-sample.ts';
import { askForCategories, type CategoryList } from '../formats/category-list.ts';
import { reportOutside } from '../formats/coco-instances.ts';
import { type LabelMeFile, type LabelMeObject, parseLabelMe } from '../formats/labelme.ts';
import { staysInside } from '../formats/safe-path.ts';
import { type BoxMask, boxMaskOf, cropBoxMask, paintMask } from '../masks/box-mask.ts';
import { joinMasks } from '../masks/join-masks.ts';
import { MaskRoom } from '../masks/mask-room.ts';
import { polygonMask } from '../masks/polygon-mask.ts';
import type { DatasetItem } from './file-dataset.ts';
import type { DatasetContent, FoundDataset, ReaderOptions } from './found-dataset.ts';
import { folderNames, imageNames, isFile, listedNames, readJsonFile, readText } from './list-folder.ts';
import { wholeOrSplits } from './split-folders.ts';

/** Label of areas of which nothing is known, and that of what is no object: both are no categories (LabelMe's examples). */
const IGNORED = '__ignore__';
const BACKGROUND = '_background_';

/** Folders of the files, where they do not lie beside the images. */
const JSON_FOLDERS = ['', 'annotations', 'labels', 'json'];

/**
 * Finds LabelMe's files: a JSON beside each image, or in a folder `annotations/`, `labels/` or `json/` beside that of the images.
 * Categories are those of the caller, or of a `labels.txt`, or else the labels found, of all splits together and sorted.
 */
export async function findLabelMe(place: string, options: ReaderOptions): Promise<FoundDataset | null> {
  if (await isFile(place)) {
    if (!/\.json$/i.test(place) || !(await isLabelMe(place))) return null;
    return { splits: [], open: () => readFiles({ files: [place], all: [place], root: path.dirname(place) }, options) };
  }
  const all: string[] = [];
  return wholeOrSplits(place, async (folder) => {
    for (const name of JSON_FOLDERS) {
      const files = await jsonFiles(path.join(folder, name));
      if (!(await hasLabelMe(files))) continue;
      all.push(...files);
      return () => readFiles({ files, all, root: place }, options);
    }
    return null;
  });
}

async function jsonFiles(folder: string): Promise<string[]> {
  const names = ((await folderNames(folder)) ?? []).filter((name) => /\.json$/i.test(name));
  return names.map((name) => path.join(folder, name));
}

/** Files of a folder that are looked into: what tools write beside their annotations is one or two. */
const LOOKED_INTO = 3;

async function hasLabelMe(files: readonly string[]): Promise<boolean> {
  for (const file of files.slice(0, LOOKED_INTO)) if (await isLabelMe(file)) return true;
  return false;
}

async function isLabelMe(file: string): Promise<boolean> {
  return /"shapes"\s*:/.test((await readText(file)).replaceAll('\0', '')); // of UTF-16, which reading refuses by name
}

type LabelMeContent = { file: string; content: LabelMeFile };

/** Files of a split, those of every split, which say the categories, and the folder of all. */
type LabelMeFiles = { files: readonly string[]; all: readonly string[]; root: string };

async function readFiles({ files, all, root }: LabelMeFiles, options: ReaderOptions): Promise<DatasetContent> {
  const { report, categories } = options;
  let isFaulty = false;
  const contents = await parseAll(files, (fault) => {
    isFaulty ||= fault.severity === 'error';
    report(fault);
  });
  const given = categories ?? (await listedNames([root], 'labels.txt'))?.filter(isCategory);
  const others = given === undefined ? all.filter((file) => !files.includes(file)) : [];
  const labelled = [...contents, ...(await parseAll(others, () => {}))];
  const found = given ?? labelsOf(labelled);
  if (found.length === 0 && isFaulty)
    throw new FormatError(`${root}: expected a shape that can be read, got none in ${all.length} files`);
  const list = found.length > 0 ? found : undefined;
  const known = askForCategories(list, true, root, 'names, since no file has a label');
  const content = await contentOf(contents, options, known);
  return { ...content, files: [...all, path.join(root, 'labels.txt')] };
}

async function contentOf(
  contents: readonly LabelMeContent[],
  { images, report }: ReaderOptions,
  categories: Category[],
): Promise<Omit<DatasetContent, 'files'>> {
  const classes = new Map(categories.map(({ name }, index) => [name, index]));
  const items: DatasetItem[] = [];
  for (const { file, content } of contents) {
    const item = await itemOf(file, content, images, classes);
    if (content.hasImageData) await reportEmbedded(file, item.file, report);
    items.push(item);
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

const isCategory = (label: string) => label !== IGNORED && label !== BACKGROUND;

function labelsOf(files: readonly LabelMeContent[]): CategoryList {
  const labels = files.flatMap(({ content }) => content.objects.map(({ label }) => label));
  return [...new Set(labels.filter(isCategory))].sort();
}

async function itemOf(
  file: string,
  { imagePath, size, objects }: LabelMeFile,
  images: string | undefined,
  classes: ReadonlyMap<string, number>,
): Promise<DatasetItem> {
  return {
    name: path.parse(file).name,
    file: await imageOf(file, imagePath, images),
    size,
    count: objects.length,
    sources: [file],
    masks: async (upright, report) => {
      const annotated = size ?? upright;
      const room = new MaskRoom(file);
      const [segments, ignored]: [MaskSegment[], BoxMask[]] = [[], []];
      for (const object of objects) {
        if (object.label === BACKGROUND && !classes.has(BACKGROUND)) continue;
        const category = classes.get(object.label);
        const mask = await maskOf(object, annotated, room, report);
        if (category === undefined && object.label === IGNORED) ignored.push(mask);
        else if (category === undefined) reportUnknown(object, report);
        else if (mask.data.length > 0) segments.push({ mask, category, isCrowd: false });
        else reportEmpty(object, report);
      }
      const unknown = joinMasks(ignored);
      return { size: annotated, segments, unknown: unknown.data.length > 0 ? unknown : null };
    },
  };
}

async function reportEmbedded(file: string, image: string, report: FaultSink): Promise<void> {
  if (await isFile(image)) return;
  const message = `${file}: expected its image ${image}, got imageData in the file alone: write the image beside it`;
  report({ severity: 'error', kind: 'missing-file', message });
}

function reportUnknown({ where, label }: LabelMeObject, report: FaultSink): void {
  const message = `${where}: expected a label of the categories, got ${JSON.stringify(label)}`;
  report({ severity: 'error', kind: 'unknown-reference', message });
}

function reportEmpty({ where }: LabelMeObject, report: FaultSink): void {
  const message = `${where}: expected a mask with pixels in the image, got none`;
  report({ severity: 'warning', kind: 'empty-mask', message });
}

/**
 * The image that the file names, where it stays in the folder, else one named as the file: in the folder of the caller, or
 * beside the file; or in `images/` beside its folder, where the file says that it lies elsewhere or has a folder of its kind.
 */
async function imageOf(file: string, imagePath: string | null, images: string | undefined): Promise<string> {
  const given = imagePath?.replaceAll('\\', '/') ?? null;
  const names = given === null ? [] : [given, path.posix.basename(given)].filter(staysInside);
  const [beside, stem] = [path.dirname(file), path.parse(file).name];
  const isApart = (given !== null && !staysInside(given)) || JSON_FOLDERS.includes(path.basename(beside));
  const usual = isApart ? [beside, path.join(path.dirname(beside), 'images')] : [beside];
  const folders = images === undefined ? usual : [images];
  for (const folder of folders) {
    for (const name of names) if (await isFile(path.join(folder, name))) return path.join(folder, name);
    const name = ((await imageNames(folder)) ?? []).find((each) => path.parse(each).name === stem);
    if (name !== undefined) return path.join(folder, name);
  }
  return path.join(folders[0], names[0] || `${stem}.jpg`);
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
