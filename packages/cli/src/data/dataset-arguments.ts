import { readFile, stat } from 'node:fs/promises';
import { utf8Text } from '@seg/checkpoint';
import type { DatasetOptions } from '@seg/data/node';
import { type Command, InvalidArgumentError } from 'commander';

/** Options that tell how a data set is read. */
export type DatasetArguments = {
  split?: string;
  images?: string;
  categories?: string;
  ignored?: number[];
  skipFaults?: boolean;
};

/** Adds a data set and the options that tell how it is read. */
export function withDatasetOptions(command: Command): Command {
  return withReadingOptions(
    command
      .argument('<path>', 'folder of a data set, or its file of annotations')
      .option('--split <name>', 'part to read: train, val, test, or as the folder has it'),
  );
}

/** Adds the options that say what a format cannot. */
export function withReadingOptions(command: Command): Command {
  return command
    .option('--images <folder>', 'folder of the images, where it is not beside the annotations')
    .option('--categories <names>', 'class names in the order of labels, with commas, or a file with one a line')
    .option('--ignored <labels>', 'labels of label maps that mean nothing, or none (default: 255)', parseLabels)
    .option(
      '--skip-faults',
      'leave out objects that are wrong and images that are missing, as seg data check names them',
    );
}

function parseLabels(text: string): number[] {
  if (text === 'none') return [];
  const labels = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (labels.every((label) => Number.isInteger(label) && label >= 0)) return labels;
  throw new InvalidArgumentError('Expected whole numbers with commas, or none.');
}

/** Turns arguments into options of `openDataset`. */
export async function datasetOptions({
  categories,
  ...rest
}: DatasetArguments): Promise<DatasetOptions & { split?: string }> {
  const { split, images, ignored, skipFaults } = rest;
  const names = categories === undefined ? undefined : await namesOf(categories);
  return { split, images, ignored, skipFaults, categories: names };
}

async function namesOf(text: string): Promise<string[]> {
  const isFile = (await stat(text).catch(() => null))?.isFile() ?? false;
  const parts = isFile ? utf8Text(text, await readFile(text), 'names').split(/\r?\n/) : text.split(',');
  return parts.map((name) => name.trim()).filter((name) => name !== '');
}
