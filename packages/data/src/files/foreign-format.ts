import { open } from 'node:fs/promises';
import path from 'node:path';

import { folderFolders, folderNames, imageNames, isFile, isFolder } from './list-folder.ts';

/** Formats known by the name of a file, each with the way from it to what is read. */
const BY_NAME: readonly (readonly [RegExp, string])[] = [
  [/\.(zip|tar|t?gz|tgz|7z|rar)$/i, 'an archive: unpack it first'],
  [/\.tfrecords?$/i, 'TFRecords: export the data as COCO'],
  [/\.(ndjson|jsonl)$/i, 'lines of JSON, as Labelbox writes them: export the data as COCO'],
  [/^index_ade20k\.pkl$/i, 'the full release of ADE20K: take that of scene parsing, ADEChallengeData2016'],
  [/^(obj\.(data|names)|darknet\.labels)$/i, 'YOLO of Darknet, which has boxes alone: export the data as COCO'],
  [/^_annotations\.csv$/i, 'boxes in a table: export the data as COCO'],
  [/^(captions|person_keypoints|image_info|stuff)_.*\.json$/i, 'COCO without instances'],
];

/** Formats known by the beginning of a JSON file: every pattern has to be in it. */
const BY_JSON: readonly (readonly [readonly RegExp[], string])[] = [
  [[/"_via_/], 'a project of VGG Image Annotator (VIA): export it as COCO'],
  [[/"regions"\s*:/, /"filename"\s*:/], 'annotations of VGG Image Annotator (VIA): export them as COCO'],
  [[/^\s*\[/, /"(annotations|completions)"\s*:/, /"data"\s*:/], 'tasks of Label Studio: export them as COCO'],
  [[/^\s*\[/, /"image"\s*:/, /"annotations"\s*:/], 'boxes of CreateML: export the data as COCO'],
  [[/^\s*\[/, /"image_id"\s*:/, /"score"\s*:/], 'results of a model, which are no truth'],
  [[/"categories"\s*:\s*\{/, /"items"\s*:/], 'a data set of Datumaro: convert it to COCO'],
  [[/"images"\s*:\s*\[/], 'COCO without all of the lists images, annotations and categories'],
];

/** Files of a folder that are looked into, 16: an export has a few. */
const MOST_FILES = 16;

/** Bytes of a file that are looked into, 65,536: telling keys stand at its beginning. */
const MOST_BYTES = 65_536;

/**
 * Names what lies at a path that no reader takes, and the way from it to what is read.
 *
 * @returns null where that is not known either
 */
export async function foreignFormat(place: string): Promise<string | null> {
  if (await isFile(place)) return (await fileFormat(place)) ?? ((await isImage(place)) ? 'an image' : null);
  const names = (await folderNames(place)) ?? [];
  return (await layout(place, names)) ?? (await firstFormat(place, names));
}

const isImage = async (file: string) => ((await imageNames(path.dirname(file))) ?? []).includes(path.basename(file));

async function fileFormat(file: string): Promise<string | null> {
  const byName = BY_NAME.find(([pattern]) => pattern.test(path.basename(file)));
  if (byName !== undefined) return byName[1];
  if (!/\.json$/i.test(file)) return null;
  const text = await beginning(file);
  return BY_JSON.find(([patterns]) => patterns.every((pattern) => pattern.test(text)))?.[1] ?? null;
}

async function beginning(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Layouts of folders. */
async function layout(place: string, names: readonly string[]): Promise<string | null> {
  if (await isFolder(path.join(place, 'images', 'ADE'))) return layoutOf('index_ade20k.pkl');
  if (names.includes('meta.json')) {
    for (const folder of await folderFolders(place)) {
      if (await isFolder(path.join(place, folder, 'ann'))) return 'a project of Supervisely: export it as COCO';
    }
  }
  const boxes = (await folderNames(path.join(place, 'Annotations'))) ?? [];
  return boxes.some((name) => /\.xml$/i.test(name)) ? 'boxes of Pascal VOC without SegmentationClass/' : null;
}

const layoutOf = (name: string) => BY_NAME.find(([pattern]) => pattern.test(name))![1];

/** Of the first file that is known; or images, where there is nothing else. */
async function firstFormat(place: string, names: readonly string[]): Promise<string | null> {
  const inside = ((await folderNames(path.join(place, 'annotations'))) ?? []).map((name) => `annotations/${name}`);
  const known = (name: string) =>
    /\.json$/i.test(name) || BY_NAME.some(([pattern]) => pattern.test(path.basename(name)));
  for (const name of [...names, ...inside].filter(known).slice(0, MOST_FILES)) {
    const file = path.join(place, name);
    const format = (await isFile(file)) ? await fileFormat(file) : null;
    if (format !== null) return `${name}, ${format}`;
  }
  return ((await imageNames(place)) ?? []).length > 0 ? 'images without annotations' : null;
}
