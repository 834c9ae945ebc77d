import { createReadStream } from 'node:fs';
import path from 'node:path';
import { FormatError } from '@seg/checkpoint/safetensors';

import { rawSplit, splitName } from '../formats/split-name.ts';
import type { DatasetContent, FoundDataset, ReaderOptions } from './found-dataset.ts';
import { folderFolders, folderNames, isFile } from './list-folder.ts';
import { readCocoInstances } from './read-coco-instances.ts';
import { readCocoPanoptic } from './read-coco-panoptic.ts';

/** Most JSON files of a folder that are looked into: a COCO download has eight. */
const MOST_LOOKED_INTO = 32;

/** Bytes of a file that are looked into at once. */
const PIECE = 2 ** 20;

/** Characters of a key with its quotes, colon and spaces. */
const LONGEST_KEY = 64;

type CocoFile = { file: string; kind: 'coco' | 'coco-panoptic' };

/**
 * Finds COCO's files: the path itself, or those of a folder, of its `annotations/`, and of its folders that are named as
 * splits.
 */
export async function findCoco(place: string, options: ReaderOptions): Promise<FoundDataset | null> {
  if (await isFile(place)) {
    const kind = /\.json$/i.test(place) ? await kindOf(place) : null;
    return kind && { splits: [], open: () => readCoco({ file: place, kind }, options) };
  }
  const files = await cocoFiles(place);
  if (files.length === 0) return null;
  if (files.length === 1 && splitName(splitOf(files[0].file)) === null) {
    return { splits: [], open: () => readCoco(files[0], options) };
  }
  const splits = onlySplits(bySplit(files));
  return { splits: [...splits.keys()], open: (split) => readCoco(onlyOne(place, splits.get(split!)!), options) };
}

function readCoco({ file, kind }: CocoFile, options: ReaderOptions): Promise<DatasetContent> {
  return kind === 'coco' ? readCocoInstances(file, options) : readCocoPanoptic(file, options);
}

async function cocoFiles(folder: string): Promise<CocoFile[]> {
  const splits = (await folderFolders(folder)).filter((name) => splitName(name) !== null);
  const folders = [folder, ...['annotations', ...splits].map((name) => path.join(folder, name))];
  const found: CocoFile[] = [];
  for (const each of folders) {
    const names = ((await folderNames(each)) ?? []).filter((name) => /\.json$/i.test(name));
    for (const name of names.filter(isAnnotationName).slice(0, MOST_LOOKED_INTO)) {
      const file = path.join(each, name);
      const kind = await kindOf(file);
      if (kind !== null) found.push({ file, kind });
    }
  }
  return found;
}

/** False of COCO's other files. */
function isAnnotationName(name: string): boolean {
  return !/^(captions|person_keypoints|image_info|stuff)_/i.test(name);
}

/**
 * Tells what a JSON file is by the first annotation in it, without parsing hundreds of megabytes. A file without annotations
 * is one of instances if it has all three lists.
 */
async function kindOf(file: string): Promise<CocoFile['kind'] | null> {
  const missing = new Set(['images', 'annotations', 'categories']);
  for await (const text of pieces(file)) {
    for (const key of missing) if (new RegExp(`"${key}"\\s*:\\s*\\[`).test(text)) missing.delete(key);
    if (missing.has('annotations')) continue;
    const [, found] = /"(segments_info|segmentation)"\s*:/.exec(text) ?? [];
    if (found !== undefined) return found === 'segmentation' ? 'coco' : 'coco-panoptic';
  }
  return missing.size === 0 ? 'coco' : null;
}

/** Text of a JSON object in pieces, each with the end of the one before, so that no key is cut in two. */
async function* pieces(file: string): AsyncGenerator<string, void, void> {
  let before = '';
  for await (const bytes of createReadStream(file, { highWaterMark: PIECE })) {
    const text = before + (bytes as Buffer).toString('latin1').replaceAll('\0', ''); // of UTF-16, which reading refuses by name
    if (before === '' && !/^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*\{/.test(text)) return; // a list, or no JSON
    yield text;
    before = text.slice(-LONGEST_KEY);
  }
}

/** Leaves only splits, where there are any: a file of another name is the whole that they are parts of. */
function onlySplits(files: Map<string, CocoFile[]>): Map<string, CocoFile[]> {
  const splits = [...files].filter(([name]) => splitName(name) !== null);
  return splits.length === 0 ? files : new Map(splits);
}

function bySplit(files: readonly CocoFile[]): Map<string, CocoFile[]> {
  const splits = new Map<string, CocoFile[]>();
  for (const each of files) {
    const name = splitOf(each.file);
    splits.set(name, [...(splits.get(name) ?? []), each]);
  }
  return splits;
}

/** `val` of `instances_val2017.json`, of `val.json` and of `valid/_annotations.coco.json`; else the file's own name. */
function splitOf(file: string): string {
  const stem = path.parse(file).name;
  const own = splitName(rawSplit(stem)) ?? splitName(path.basename(path.dirname(file)));
  return own ?? stem;
}

function onlyOne(place: string, files: readonly CocoFile[]): CocoFile {
  if (files.length === 1) return files[0];
  const list = files.map(({ file }) => path.relative(place, file)).join(', ');
  throw new FormatError(`openDataset: ${place}: expected one COCO file of a split, got ${list}: open one of them`);
}
