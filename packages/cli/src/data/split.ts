import path from 'node:path';
import { escapeControls } from '@seg/coco-eval';
import {
  type FileDataset,
  openDataset,
  sourceFiles,
  splitCocoJson,
  splitDataset,
  writeCoco,
  writeCocoPanoptic,
  writeYolo,
} from '@seg/data/node';
import { Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../process/exit-code.ts';
import { formatTable } from '../render/table.ts';
import { type DataIo, onTerminal } from './data-io.ts';
import { type DatasetArguments, datasetOptions, withDatasetOptions } from './dataset-arguments.ts';
import { claimFiles, claimFolder, refuseSource } from './output-place.ts';
import { parseSeed } from './parse-number.ts';

type SplitArguments = DatasetArguments & { val: number; test: number; seed: number; out?: string; force?: boolean };
type Parts = { split: string; indices: number[] }[];

/** `seg data split PATH --val 0.2`. */
export function splitCommand(io: DataIo): Command {
  return withDatasetOptions(
    new Command('split').description('share the images out for training and validation, every class in both'),
  )
    .option('--val <share>', 'share for validation', parseShare, 0.2)
    .option('--test <share>', 'share for testing', parseShare, 0)
    .option('--seed <n>', 'the same seed gives the same parts', parseSeed, 1)
    .option('--out <folder>', 'where to write; a COCO file is split beside itself unless told otherwise')
    .option('--force', 'replace files that are there')
    .addHelpText('after', '\nFiles with the same bytes stay together.')
    .action(async (place: string, options: SplitArguments) => {
      const dataset = await openDataset(place, await datasetOptions(options));
      if (options.split === undefined && dataset.splits.length > 1) {
        const list = dataset.splits.join(', ');
        throw new UsageError(`data split: expected --split with the part to share out (of ${list}), got none`);
      }
      const parts = await splitDataset(dataset, { val: options.val, test: options.test }, options.seed);
      const folder = await writeParts(place, dataset, parts, options, io);
      io.print(
        formatTable(
          ['split', 'images'],
          parts.map(({ split, indices }) => [split, indices.length]),
        ),
      );
      io.warn(`written to ${escapeControls(folder)}`);
    });
}

function parseShare(text: string): number {
  const share = text.trim() === '' ? Number.NaN : Number(text);
  if (share >= 0 && share < 1) return share;
  throw new InvalidArgumentError('Expected a number from 0 to below 1.');
}

async function writeParts(
  place: string,
  dataset: FileDataset,
  parts: Parts,
  { out, force = false }: SplitArguments,
  io: DataIo,
): Promise<string> {
  if (dataset.format === 'coco' && /\.json$/i.test(place)) {
    const folder = out ?? path.dirname(place);
    const files = parts.map(({ split }) => path.join(folder, `${split}.json`));
    const own = files.find((file) => path.resolve(file) === path.resolve(place));
    if (own !== undefined) {
      throw new UsageError(`data split: expected --out with another folder than that of the source ${own}, got none`);
    }
    await claimFiles(files, force, sourceFiles([dataset]));
    await splitCocoJson(place, dataset, parts, folder);
    return folder;
  }
  if (out === undefined) {
    throw new UsageError(`data split: expected --out with a new folder for ${dataset.format}, got none`);
  }
  await refuseSource(out, place);
  await claimFolder(out, force);
  const written = parts.map(({ split, indices }) => ({ split, dataset, indices }));
  await writerFor(dataset)(out, written, { onProgress: onTerminal(io, 'writing') });
  io.progress.clear();
  return out;
}

function writerFor({ format, task }: FileDataset) {
  if (format === 'yolo') return writeYolo;
  return task === 'instance' ? writeCoco : writeCocoPanoptic;
}
