import { escapeControls } from '@seg/coco-eval';
import { openSplits, writeCoco, writeCocoPanoptic, writeYolo } from '@seg/data/node';
import { Command, Option } from 'commander';

import { UsageError } from '../process/exit-code.ts';
import { formatTable } from '../render/table.ts';
import { type DataIo, onTerminal } from './data-io.ts';
import { type DatasetArguments, datasetOptions, withDatasetOptions } from './dataset-arguments.ts';
import { claimFolder, refuseSource } from './output-place.ts';

const WRITERS = { coco: writeCoco, 'coco-panoptic': writeCocoPanoptic, yolo: writeYolo };

type ConvertArguments = DatasetArguments & {
  to: keyof typeof WRITERS;
  out: string;
  polygons?: boolean;
  link?: boolean;
  force?: boolean;
};

/** `seg data convert PATH --to FORMAT --out FOLDER`. */
export function convertDataCommand(io: DataIo): Command {
  return withDatasetOptions(new Command('convert').description('write a data set in another format, all its splits'))
    .addOption(new Option('--to <format>', 'format to write').choices(Object.keys(WRITERS)).makeOptionMandatory())
    .requiredOption('--out <folder>', 'new folder')
    .option('--polygons', 'COCO: polygons in place of run lengths, for masks without holes')
    .option('--link', 'link images in place of copying them')
    .option('--force', 'write into a folder that has files')
    .action(async (place: string, options: ConvertArguments) => {
      if (options.polygons && options.to !== 'coco') {
        throw new UsageError(`data convert: expected --polygons with --to coco, got --to ${options.to}`);
      }
      const datasets = await openSplits(place, await datasetOptions(options));
      await refuseSource(options.out, place);
      await claimFolder(options.out, options.force ?? false);
      const parts = datasets.map((dataset) => ({ split: dataset.split ?? 'train', dataset }));
      await WRITERS[options.to](options.out, parts, {
        ...(options.polygons && { segmentation: 'polygons' }),
        images: options.link ? 'link' : 'copy',
        onProgress: onTerminal(io, 'writing'),
      });
      io.progress.clear();
      io.print(
        formatTable(
          ['split', 'images'],
          parts.map(({ split, dataset }) => [split, dataset.length]),
        ),
      );
      io.warn(`written to ${escapeControls(options.out)}`);
    });
}
