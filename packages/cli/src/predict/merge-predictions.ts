import { constants } from 'node:fs';
import { copyFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { FormatError } from '@seg/checkpoint';
import { makeFolder, systemReason } from '@seg/checkpoint/node';

import { requireNewFiles } from '../process/new-files.ts';
import { shardOf } from './list-shard.ts';
import { hasFiles } from './out-folder.ts';
import { writeWhole } from './predict-images.ts';
import { imageOf, type RecordHeader } from './record.ts';
import { runOf } from './record-file.ts';
import { RecordIndex } from './record-lines.ts';
import { pictureNames, ResultFiles, WHOLE_FILES } from './result-files.ts';

/** Result of a merge. */
export type Merged = { shards: number; images: number; failures: number };

/**
 * Makes the files of all images from the records of the shards of one run, the same bytes as those of a run that was never
 * cut. Records are read where they are; pictures of other folders are copied.
 *
 * @param sources Folders of results, or files of records
 * @throws FormatError where a shard is missing, doubled, unfinished, or of another run
 */
export async function mergePredictions(
  sources: readonly string[],
  out: string,
  { force = false }: { force?: boolean },
): Promise<Merged> {
  const files = (await Promise.all(sources.map(recordFiles))).flat();
  const index = new RecordIndex();
  const headers: RecordHeader[] = [];
  for (const file of files) headers.push(await addShard(index, file));
  requireWhole(files, headers);
  const [{ list, categories, task }] = headers;
  const { predictions, failures } = index.counts;
  if (predictions + failures !== list?.images) {
    throw new FormatError(`predict merge: expected records of ${list?.images} images, got ${predictions + failures}`);
  }
  const outputs = WHOLE_FILES.map((name) => path.join(out, name));
  await requireNewFiles('predict merge', { outputs, folder: path.dirname(outputs[0]), inputs: files, force });
  await makeFolder(out);
  await gatherPictures(index, files, out, force);
  const known = categories.map(({ isthing, ...rest }) => ({ ...rest, isThing: isthing === 1 }));
  await writeWhole(new ResultFiles(out, known), index, task === 'instance');
  return { shards: headers.length, images: predictions, failures };
}

async function recordFiles(source: string): Promise<string[]> {
  const entry = await stat(source).catch((error: unknown) => {
    throw new FormatError(`predict merge: expected ${source} to read, got ${systemReason(error)}`);
  });
  if (!entry.isDirectory()) return [source];
  const names = (await readdir(source)).filter((name) => /^predictions(\.\d+-of-\d+)?\.jsonl$/.test(name)).sort();
  if (names.length === 0) throw new FormatError(`predict merge: expected records in ${source}, got none`);
  return names.map((name) => path.join(source, name));
}

/** Reads the records of a shard. @throws FormatError at an image that is not of it, and where it is not finished */
async function addShard(index: RecordIndex, file: string): Promise<RecordHeader> {
  const seen = new Set<string>();
  const names: { name: string; where: string }[] = [];
  const header = await index.add(file, (record, where) => {
    const { name } = path.parse(imageOf(record));
    if (!seen.has(name)) names.push({ name, where });
    seen.add(name);
  });
  if (header.list === null) throw new FormatError(`${file}: expected records of a list of images, got those of a pipe`);
  const { k, n, images } = header.shard;
  for (const { name, where } of names) {
    if (shardOf(name, n) !== k)
      throw new FormatError(`${where}: expected images of shard ${k}/${n}, got ${name} of another`);
  }
  if (names.length !== images) {
    throw new FormatError(`${file}: expected records of ${images} images, got ${names.length}: --resume finishes it`);
  }
  return header;
}

function requireWhole(files: readonly string[], headers: readonly RecordHeader[]): void {
  const [first] = headers;
  const { n } = first.shard;
  const stranger = headers.findIndex((one) => runOf(one) !== runOf(first) || one.list?.digest !== first.list?.digest);
  if (stranger >= 0) {
    const kind = runOf(headers[stranger]) !== runOf(first) ? 'task, model, threshold and categories' : 'list of images';
    throw new FormatError(`${files[stranger]}: expected records of the same ${kind} as ${files[0]}, got others`);
  }
  const got = headers.map(({ shard }) => shard.k).sort((a, b) => a - b);
  if (headers.every(({ shard }) => shard.n === n) && got.length === n && got.every((k, i) => k === i + 1)) return;
  const named = headers.map(({ shard }) => `${shard.k}/${shard.n}`).join(', ');
  throw new FormatError(`predict merge: expected shards 1 to ${n} of ${n}, each once, got ${named}`);
}

/** Finds the pictures of every image beside its records, and copies those that are not in the folder. */
async function gatherPictures(
  index: RecordIndex,
  files: readonly string[],
  out: string,
  force: boolean,
): Promise<void> {
  const folders = [...new Set(files.map((file) => path.resolve(path.dirname(file))))];
  const others = folders.filter((folder) => folder !== path.resolve(out));
  for await (const { annotation } of index.predictions()) {
    const names = pictureNames([{ name: annotation.file_name.replace(/\.panoptic\.png$/, '') }]);
    if (others.length < folders.length && (await hasFiles(out, names))) continue;
    const home = await firstWith(others, names);
    if (home === null) throw new FormatError(`predict merge: expected ${names[1]} beside its records, got none`);
    for (const name of names) await copyPicture(path.join(home, name), path.join(out, name), force);
  }
}

async function firstWith(folders: readonly string[], names: readonly string[]): Promise<string | null> {
  for (const folder of folders) if (await hasFiles(folder, names)) return folder;
  return null;
}

async function copyPicture(from: string, to: string, force: boolean): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE | (force ? 0 : constants.COPYFILE_EXCL)).catch(
    (error: unknown) => {
      throw new Error(`predict merge: expected to write ${to}, got ${systemReason(error)}`, { cause: error });
    },
  );
}
