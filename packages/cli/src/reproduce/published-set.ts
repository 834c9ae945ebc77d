import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { FormatError, readAs } from '@seg/checkpoint';
import { systemReason } from '@seg/checkpoint/node';
import type { ZooEntry } from '@seg/models/zoo';
import * as v from 'valibot';

import { readJson } from '../read-json.ts';

/** A validation set on disk. */
export type PublishedSet = {
  /** Ground truth that the metric is computed with. */
  truth: { kind: 'coco'; file: string } | { kind: 'labels'; folder: string };
  /** Image files, in the order of the set. */
  images: string[];
};

const imagesSchema = v.object({
  images: v.pipe(
    v.array(
      v.object({
        file_name: v.pipe(v.string(), v.regex(/^[\w.-]+$/, 'a plain file name')),
      }),
    ),
    v.minLength(1),
  ),
});

/** Sets and tasks that can be reproduced, with their folders as their publishers unpack. */
const SETS: readonly { data: string; task: ZooEntry['task']; find: (folder: string) => Promise<PublishedSet> }[] = [
  { data: 'COCO val2017', task: 'panoptic', find: (folder) => cocoSet(folder, 'panoptic_val2017.json') },
  { data: 'COCO val2017', task: 'instance', find: (folder) => cocoSet(folder, 'instances_val2017.json') },
  { data: 'ADE20K val', task: 'semantic', find: ade20kSet },
];

/**
 * Finds the validation set that a published figure is of. COCO is `val2017/` beside `annotations/`; ADE20K is
 * `images/validation/` and `annotations_detectron2/validation/`, as detectron2's script prepares it (labels 0 to 149, 255
 * does not count).
 *
 * @throws FormatError naming what is not there, or a figure of another set
 */
export async function findPublishedSet(entry: ZooEntry, folder: string): Promise<PublishedSet> {
  const found = SETS.find(({ data, task }) => data === entry.data && task === entry.task);
  if (found !== undefined) return found.find(folder);
  const known = SETS.map(({ data, task }) => `${data} ${task}`).join(', ');
  throw new FormatError(
    `${entry.preset}: expected a figure of ${known}, got one of ${entry.data} ${entry.task}: use seg predict and seg evaluate`,
  );
}

async function cocoSet(folder: string, annotations: string): Promise<PublishedSet> {
  const file = path.join(folder, 'annotations', annotations);
  const { images } = readAs(file, imagesSchema, await readJson(file));
  return {
    truth: { kind: 'coco', file },
    images: await filesIn(
      path.join(folder, 'val2017'),
      images.map(({ file_name }) => file_name),
    ),
  };
}

async function ade20kSet(folder: string): Promise<PublishedSet> {
  const labels = path.join(folder, 'annotations_detectron2', 'validation');
  const names = (await namesIn(labels)).filter((name) => name.endsWith('.png')).sort();
  if (names.length === 0) throw new FormatError(`reproduce: expected PNGs in ${labels}, got none`);
  const photographs = names.map((name) => `${path.parse(name).name}.jpg`);
  return {
    truth: { kind: 'labels', folder: labels },
    images: await filesIn(path.join(folder, 'images', 'validation'), photographs),
  };
}

async function filesIn(folder: string, names: readonly string[]): Promise<string[]> {
  const present = new Set(await namesIn(folder));
  const absent = names.filter((name) => !present.has(name));
  if (absent.length === 0) return names.map((name) => path.join(folder, name));
  throw new FormatError(
    `reproduce: expected all images in ${folder}, got none of ${absent[0]} (${absent.length} of ${names.length} are not there)`,
  );
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    throw new FormatError(`reproduce: expected a folder ${folder}, got ${systemReason(error)}`, { cause: error });
  });
}
