import { FormatError } from '@seg/checkpoint';
import { type DatasetOptions, type FileDataset, openDataset } from '@seg/data/node';

import { type DatasetArguments, datasetOptions } from '../data/dataset-arguments.ts';
import { lookAtData } from './look-at-data.ts';
import { sharedImages } from './shared-images.ts';

/** Options that say where the data is. */
export type DataOptions = Omit<DatasetArguments, 'split'> & {
  data: string;
  /** Data set of the validation, its split `val` or else `test` where it has one. Default: the split `val` of the data. */
  val?: string;
};

/** Data of a training. */
export type TrainingData = {
  training: FileDataset;
  validation: FileDataset | undefined;
  /** Oddities of the data that are no reason not to train. */
  warnings: string[];
};

/**
 * Opens the data of a training and of its validation, which have to have the same categories: they are matched by name.
 *
 * A split for the validation that has no images is none.
 *
 * @throws FormatError where one is not a data set, is empty, lacks images or cannot be read, or the categories differ
 */
export async function openTrainingData({ data, val, ...reading }: DataOptions): Promise<TrainingData> {
  const options = await datasetOptions(reading);
  const training = await openDataset(data, options);
  const found = await openValidation(training, val, options);
  const isEmptySplit = val === undefined && found?.length === 0; // what one image leaves to split off
  const validation = isEmptySplit ? undefined : found;
  for (const dataset of validation === undefined ? [training] : [training, validation]) {
    const split = dataset.split === null ? '' : ` in split ${dataset.split}`;
    if (dataset.length === 0) throw new FormatError(`train: expected images in ${dataset.path}${split}, got none`);
  }
  const hasObjects = await lookAtData(training);
  if (validation !== undefined) await lookAtData(validation);
  const shared = validation === undefined ? 0 : await sharedImages(training, validation);
  const warnings = [
    ...(hasObjects ? [] : [`no objects to learn in the images of ${data} that were looked at`]),
    ...(isEmptySplit ? [`no images in split val of ${data}: nothing is validated`] : []),
    ...(shared > 0
      ? [`${shared} of ${validation?.length} images of the validation are trained on: its figures will be too good`]
      : []),
  ];
  return { training, validation, warnings };
}

async function openValidation(
  training: FileDataset,
  val: string | undefined,
  options: DatasetOptions,
): Promise<FileDataset | undefined> {
  const matching = training.categories;
  if (val !== undefined) return openDataset(val, { ...options, matching, split: ['val', 'test'] });
  if (training.split === 'val' || !training.splits.includes('val')) return undefined;
  return openDataset(training.path, { ...options, matching, split: 'val' });
}
