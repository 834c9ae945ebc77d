import path from 'node:path';
import {
  A_FLAG,
  A_FUNCTION,
  A_TEXT,
  expectOptions,
  expectValue,
  type OptionCheck,
} from '@seg/checkpoint/expect-options';
import { FormatError } from '@seg/checkpoint/safetensors';
import { decodeImage, type ImageHeader, type ImageSize, readImageHeader } from '@seg/image';
import { readBytes } from '@seg/image/node';
import { attempt, attemptAsync, type DataFault } from '../data-sets/data-fault.ts';
import { isInOrder, matchCategories } from '../data-sets/match-categories.ts';
import type { DatasetOptions } from '../files/dataset-options.ts';
import { DATASET } from '../files/dataset-options.ts';
import { type AnnotatedMasks, type DatasetFormat, type FileDataset, orientationOf } from '../files/file-dataset.ts';
import { isFile } from '../files/list-folder.ts';
import { openDataset } from '../files/open-dataset.ts';
import { FaultList } from './fault-list.ts';
import { bytesHash, imageHash } from './image-hash.ts';

/** Options of `checkDataset`. */
export type DatasetCheckOptions = Pick<DatasetOptions, 'images' | 'categories' | 'ignored'> & {
  /** Splits to look at. Default: all */
  split?: string;
  /** Decodes every image to its last pixel. Default: true; false reads headers, and compares files by their bytes */
  pixels?: boolean;
  /** Called before each image. */
  onProgress?(done: number, total: number, name: string): void;
};

const CHECKED: Readonly<Record<keyof Required<DatasetCheckOptions>, OptionCheck>> = {
  ...DATASET, // those that do not matter here too: whoever opens the set has them
  split: A_TEXT,
  pixels: A_FLAG,
  onProgress: A_FUNCTION,
};

/** Counts of one split. */
export type CheckedSplit = {
  /** Null of a data set without splits. */
  split: string | null;
  images: number;
  /** Images without an object. */
  empty: number;
  objects: number;
};

/** Result of `checkDataset`. */
export type DatasetCheck = {
  path: string;
  /** Null where nothing could be opened. */
  format: DatasetFormat | null;
  splits: CheckedSplit[];
  /** Faults, at most ten thousand of them. */
  faults: DataFault[];
  /** Number of faults, those beyond ten thousand among them. */
  count: number;
};

/**
 * Looks through a data set of any format and names what is wrong: files that are missing or damaged, sizes that differ,
 * masks that are empty or leave the image, references to nothing, objects and images that come twice, classes never used,
 * images that are in two splits.
 *
 * @throws Error where there is no data set, or an option is missing that tells how to read it
 */
export async function checkDataset(place: string, options: DatasetCheckOptions = {}): Promise<DatasetCheck> {
  expectOptions('checkDataset', options, CHECKED);
  expectValue('checkDataset', 'place', place, A_TEXT);
  const list = new FaultList();
  const result: DatasetCheck = { path: place, format: null, splits: [], faults: list.faults, count: 0 };
  const seen = new Map<string, string>();
  const [used, crowds] = [new Map<string, Set<string | null>>(), new Map<string, Set<string | null>>()];
  for (const dataset of await openSplits(place, options, list)) {
    result.format = dataset.format;
    for (const { name } of dataset.categories) {
      for (const places of [used, crowds]) places.set(name, places.get(name) ?? new Set());
    }
    result.splits.push(await checkSplit(dataset, options, { list, seen, used, crowds }));
  }
  reportUnused(place, { list, seen, used, crowds }, result.splits);
  result.count = list.count;
  return result;
}

type CheckState = {
  list: FaultList;
  /** First place of each image, by its hash. */
  seen: Map<string, string>;
  /** Splits in which each class has objects. */
  used: Map<string, Set<string | null>>;
  /** Splits in which it has crowds. */
  crowds: Map<string, Set<string | null>>;
};

async function openSplits(place: string, options: DatasetCheckOptions, list: FaultList): Promise<FileDataset[]> {
  const { images, categories, ignored, split } = options;
  const open = (name?: string) =>
    attemptAsync('annotation', list.report, () =>
      openDataset(place, { images, categories, ignored, split: name, report: list.report }).catch(asQuestion),
    );
  const first = await open(split);
  if (first === null) return [];
  if (split !== undefined) return [first];
  const others = await Promise.all(first.splits.filter((name) => name !== first.split).map(open));
  const found = others.filter((dataset) => dataset !== null);
  for (const dataset of found) reportCategories(dataset, first, list);
  return [first, ...found];
}

/** Tells of parts with other categories, which cannot be trained on together, and of those in another order. */
function reportCategories(
  { path: place, split, categories }: FileDataset,
  first: FileDataset,
  { report }: FaultList,
): void {
  attempt('categories', report, () => {
    const where = `${place}: split ${split}`;
    if (isInOrder(matchCategories(categories, first.categories, where))) return;
    const message = `${where}: expected the categories in the order of split ${first.split}, got another (names count)`;
    report({ severity: 'warning', kind: 'categories', message });
  });
}

/** Errors about the path and the options are nothing that is wrong with the data: they are for whoever asks. */
function asQuestion(error: unknown): never {
  const isQuestion = error instanceof FormatError && error.message.startsWith('openDataset: ');
  throw isQuestion ? new Error(error.message, { cause: error }) : error;
}

async function checkSplit(
  dataset: FileDataset,
  options: DatasetCheckOptions,
  findings: CheckState,
): Promise<CheckedSplit> {
  const counts: CheckedSplit = { split: dataset.split, images: dataset.length, empty: 0, objects: 0 };
  reportDoubleNames(dataset, findings.list);
  if (dataset.length === 0) reportNoImages(dataset, findings.list);
  for (let i = 0; i < dataset.length; i++) {
    options.onProgress?.(i, dataset.length, dataset.name(i));
    const header = await checkImage(dataset, i, options, findings);
    const masks = await checkMasks(dataset, i, header, findings);
    if (masks === null) continue;
    counts.objects += masks.segments.length;
    if (masks.segments.length === 0) counts.empty++;
    for (const { category, isCrowd } of masks.segments) {
      const { name } = dataset.categories[category];
      (isCrowd ? findings.crowds : findings.used).get(name)?.add(dataset.split);
    }
  }
  return counts;
}

function reportNoImages({ path: place, split }: FileDataset, list: FaultList): void {
  const message = `${place}: expected images${split === null ? '' : ` of split ${split}`}, got none`;
  list.report({ severity: 'error', kind: 'missing-file', message });
}

function reportDoubleNames(dataset: FileDataset, list: FaultList): void {
  const names = new Set<string>();
  for (const { name, file } of dataset.items) {
    if (names.has(name)) {
      const message = `${dataset.path}: expected every image once, got ${file} twice`;
      list.report({ severity: 'error', kind: 'duplicate', message });
    }
    names.add(name);
  }
}

/** Returns the header of an image, null where it has none to read. */
async function checkImage(
  dataset: FileDataset,
  index: number,
  { pixels = true }: DatasetCheckOptions,
  { list, seen }: CheckState,
): Promise<ImageHeader | null> {
  const { file } = dataset.items[index];
  if (!(await isFile(file))) {
    list.report({ severity: 'error', kind: 'missing-file', message: `${file}: expected an image, got no such file` });
    return null;
  }
  return attemptAsync('unreadable-file', list.report, async () => {
    const bytes = await readBytes(file);
    const header = await readImageHeader(bytes, file);
    const hash = pixels ? imageHash(await decodeImage(bytes, file)) : bytesHash(bytes);
    reportTwin(hash, file, dataset.split, { list, seen });
    return header;
  });
}

function reportTwin(
  hash: string,
  file: string,
  split: string | null,
  { list, seen }: Pick<CheckState, 'list' | 'seen'>,
): void {
  const own = JSON.stringify([split, file]);
  const first = seen.get(hash);
  seen.set(hash, first ?? own);
  if (first === undefined || first === own) return;
  const [otherSplit, other] = JSON.parse(first) as [string | null, string];
  if (otherSplit === split) {
    const message = `${file}: expected an image of its own, got the pixels of ${other}`;
    list.report({ severity: 'warning', kind: 'duplicate', message });
  } else {
    const message = `${file}: expected an image of split ${split} alone, got one that is in ${otherSplit} as ${other}`;
    list.report({ severity: 'error', kind: 'crossing-split', message });
  }
}

async function checkMasks(
  dataset: FileDataset,
  index: number,
  header: ImageHeader | null,
  { list }: CheckState,
): Promise<AnnotatedMasks | null> {
  const item = dataset.items[index];
  const size: ImageSize | null = header === null ? item.size : [header.height, header.width];
  if (size === null) return null;
  const masks = await attemptAsync('annotation', list.report, () => item.masks(size, list.report));
  const annotated = masks?.size ?? item.size;
  if (header !== null && annotated !== null) {
    attempt('size', list.report, () => void orientationOf(annotated, header, item.file));
    if (dataset.format !== 'yolo' && (masks?.segments.length ?? 0) > 0) reportTurned(header, item.file, list);
  }
  if (masks !== null) reportDoubleMasks(masks, `${dataset.path}: ${item.name}`, list);
  return masks;
}

/** Tells of photographs that EXIF turns without a change of their size: annotations do not say which way they are meant. */
function reportTurned({ orientation, width, height }: ImageHeader, file: string, list: FaultList): void {
  if (orientation === 1 || (orientation >= 5 && width !== height)) return;
  const got = `EXIF orientation ${orientation} (masks count as drawn on the upright photograph: look at it)`;
  const message = `${file}: expected a photograph whose size tells if masks are drawn on it upright, got ${got}`;
  list.report({ severity: 'warning', kind: 'turned', message });
}

function reportDoubleMasks({ segments }: AnnotatedMasks, where: string, list: FaultList): void {
  const seen = new Set<string>();
  segments.forEach(({ mask: { x, y, width, height, data }, category }, i) => {
    const key = `${category} ${x} ${y} ${width} ${height} ${bytesHash(data)}`;
    if (seen.has(key)) {
      const message = `${where}: object ${i + 1}: expected a mask of its own, got that of another of its class`;
      list.report({ severity: 'warning', kind: 'duplicate', message });
    }
    seen.add(key);
  });
}

function reportUnused(place: string, { used, crowds, list }: CheckState, splits: readonly CheckedSplit[]): void {
  const hasTraining = splits.some(({ split }) => split === 'train');
  for (const [name, places] of used) {
    const isMissing = places.size === 0 || (hasTraining && !places.has('train'));
    if (!isMissing) continue;
    const within = places.size === 0 ? '' : ' in split train';
    const isCrowds = places.size === 0 ? crowds.get(name)!.size > 0 : crowds.get(name)!.has('train');
    const got = isCrowds ? 'crowds alone (iscrowd 1), which are not learned' : 'none';
    const message = `${path.normalize(place)}: expected objects of class ${JSON.stringify(name)}${within}, got ${got}`;
    list.report({ severity: 'warning', kind: 'unused-class', message });
  }
}
