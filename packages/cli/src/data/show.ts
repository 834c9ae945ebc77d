import path from 'node:path';
import { writeFileAtomic } from '@seg/checkpoint/node';
import { type Random, seededRandom } from '@seg/core';
import { augmentations, augmentSample, contactSheet, drawSample, mixSeeds, type SheetPicture } from '@seg/data';
import { type FileDataset, openDataset } from '@seg/data/node';
import { encodePng } from '@seg/image';
import { Command, Option } from 'commander';

import { type DataIo, onTerminal } from './data-io.ts';
import { type DatasetArguments, datasetOptions, withDatasetOptions } from './dataset-arguments.ts';
import { claimFiles } from './output-place.ts';
import { parsePositive, parseSeed } from './parse-number.ts';

type ShowArguments = DatasetArguments & {
  out: string;
  count: number;
  columns: number;
  side: number;
  seed: number;
  augmented?: string | true;
  size: number;
  force?: boolean;
};

/** Augmentations by name, as recipes of a size. */
const RECIPES = {
  finetune: (size: number) => augmentations.finetune(size),
  mask2former: (size: number) => augmentations.mask2Former(size),
  semantic: (size: number) => augmentations.semantic(size),
  'max-deeplab': (size: number) => augmentations.maxDeepLab(size),
  detr: () => augmentations.detr(),
  solo: () => augmentations.solo(),
};

/** `seg data show PATH --out FILE`. */
export function showCommand(io: DataIo): Command {
  return withDatasetOptions(new Command('show').description('draw a sheet of images with their masks'))
    .requiredOption('--out <file>', 'PNG to write')
    .option('--count <n>', 'images to draw, at random', parsePositive, 12)
    .option('--columns <n>', 'images side by side', parsePositive, 4)
    .option('--side <n>', 'longer side of each in pixels', parsePositive, 400)
    .option('--seed <n>', 'which images, and which random changes', parseSeed, 1)
    .addOption(
      new Option('--augmented [recipe]', 'as training sees them').choices(Object.keys(RECIPES)).preset('finetune'),
    )
    .option('--size <n>', 'size of augmented images in pixels', parsePositive, 512)
    .option('--force', 'replace the file')
    .action(async (place: string, options: ShowArguments) => {
      await claimFiles([options.out], options.force ?? false);
      const dataset = await openDataset(place, await datasetOptions(options));
      const pictures = await picturesOf(dataset, options, io);
      await writeFileAtomic(options.out, encodePng(contactSheet(pictures, options.columns)));
      io.print(`${pictures.length} of ${dataset.length} images in ${path.normalize(options.out)}`);
    });
}

async function picturesOf(dataset: FileDataset, options: ShowArguments, io: DataIo): Promise<SheetPicture[]> {
  const show = onTerminal(io, 'drawing');
  const indices = drawnIndices(dataset.length, options);
  const pictures: SheetPicture[] = [];
  for (const [k, index] of indices.entries()) {
    show?.(k, indices.length);
    const sample = await sampleOf(dataset, index, seededRandom(mixSeeds(options.seed, k)), options);
    const image = drawSample(sample, dataset.categories, options.side);
    pictures.push({ image, caption: `${dataset.name(index)} (${sample.segments.length})` });
  }
  io.progress.clear();
  return pictures;
}

/** Without augmentation each image at most once; with it, small sets come again and again. */
function drawnIndices(length: number, { count, seed, augmented }: ShowArguments): number[] {
  const random = seededRandom(seed);
  const order = Array.from({ length }, (_, index) => ({ index, key: random() })).sort((a, b) => a.key - b.key);
  const wanted = augmented === undefined || length === 0 ? Math.min(count, length) : count;
  return Array.from({ length: wanted }, (_, k) => order[k % length].index);
}

async function sampleOf(dataset: FileDataset, index: number, random: Random, { augmented, size }: ShowArguments) {
  const sample = await dataset.read(index);
  if (augmented === undefined) return sample;
  const steps = RECIPES[(augmented === true ? 'finetune' : augmented) as keyof typeof RECIPES](size);
  const another = (draw: Random) => dataset.read(Math.floor(draw() * dataset.length));
  return augmentSample(sample, steps, random, { another, categories: dataset.categories });
}
