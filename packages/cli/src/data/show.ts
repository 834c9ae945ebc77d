import path from 'node:path';
import { writeFileAtomic } from '@seg/checkpoint/node';
import { type Random, seededRandom } from '@seg/core';
import { augmentations, augmentSample, contactSheet, drawSample, mixSeeds, type SheetPicture } from '@seg/data';
import { type FileDataset, openDataset, sourceFiles } from '@seg/data/node';
import { encodePng, IMAGE_LIMITS } from '@seg/image';
import { Command, Option } from 'commander';

import { UsageError } from '../process/exit-code.ts';
import { wholeNumber } from '../process/whole-number.ts';
import { type DataIo, onTerminal } from './data-io.ts';
import { type DatasetArguments, datasetOptions, withDatasetOptions } from './dataset-arguments.ts';
import { claimFiles } from './output-place.ts';
import { parseSeed } from './parse-number.ts';

/** Longest side of a picture in pixels: four of its squares are more than a sheet may have. */
const MOST_SIDE = 4096;

/** Pictures of a sheet: of 50 megapixels each would have 70 x 70. */
const MOST_SHOWN = 10_000;

type ShowArguments = DatasetArguments & {
  out: string;
  count: number;
  columns: number;
  side: number;
  seed: number;
  augmented?: string | true;
  size?: number;
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
    .option('--count <n>', 'images to draw, at random', wholeNumber(1, MOST_SHOWN), 12)
    .option('--columns <n>', 'images side by side', wholeNumber(1, MOST_SHOWN), 4)
    .option('--side <n>', 'longer side of each in pixels', wholeNumber(1, MOST_SIDE), 400)
    .option('--seed <n>', 'which images, and which random changes', parseSeed, 1)
    .addOption(
      new Option('--augmented [recipe]', 'as training sees them').choices(Object.keys(RECIPES)).preset('finetune'),
    )
    .option('--size <n>', 'size of augmented images in pixels (default: 512)', wholeNumber(1, MOST_SIDE))
    .option('--force', 'replace the file')
    .action(async (place: string, options: ShowArguments) => {
      if (options.size !== undefined && options.augmented === undefined) {
        throw new UsageError('data show: expected --augmented with --size, got none');
      }
      const dataset = await openDataset(place, await datasetOptions(options));
      await claimFiles([options.out], options.force ?? false, sourceFiles([dataset]));
      const pictures = await picturesOf(dataset, options, io);
      await writeFileAtomic(options.out, encodePng(contactSheet(pictures, options.columns)));
      io.print(`${pictures.length} of ${dataset.length} images in ${path.normalize(options.out)}`);
    });
}

async function picturesOf(dataset: FileDataset, options: ShowArguments, io: DataIo): Promise<SheetPicture[]> {
  const show = onTerminal(io, 'drawing');
  const indices = drawnIndices(dataset.length, options);
  const pictures: SheetPicture[] = [];
  if (options.augmented === undefined) await requireRoom(dataset, indices, options.side);
  for (const [k, index] of indices.entries()) {
    show?.(k, indices.length);
    const sample = await sampleOf(dataset, index, seededRandom(mixSeeds(options.seed, k)), options);
    const image = drawSample(sample, dataset.categories, options.side);
    pictures.push({ image, caption: `${dataset.name(index)} (${sample.segments.length})` });
  }
  io.progress.clear();
  return pictures;
}

/** @throws UsageError where the pictures of whole images are more than a sheet may have */
async function requireRoom(dataset: FileDataset, indices: readonly number[], side: number): Promise<void> {
  let pixels = 0;
  for (const [k, index] of indices.entries()) {
    const { width, height } = await dataset.info(index);
    pixels += (side ** 2 * Math.min(width, height)) / Math.max(width, height);
    if (pixels <= IMAGE_LIMITS.maxPixels) continue;
    const most = `at most ${IMAGE_LIMITS.maxPixels / 1e6} megapixels of pictures`;
    throw new UsageError(`data show: expected ${most} (--count, --side), got more in ${k + 1} of ${indices.length}`);
  }
}

/** Without augmentation each image at most once; with it, small sets come again and again. */
function drawnIndices(length: number, { count, seed, augmented }: ShowArguments): number[] {
  const random = seededRandom(seed);
  const order = Array.from({ length }, (_, index) => ({ index, key: random() })).sort((a, b) => a.key - b.key);
  const wanted = augmented === undefined || length === 0 ? Math.min(count, length) : count;
  return Array.from({ length: wanted }, (_, k) => order[k % length].index);
}

async function sampleOf(dataset: FileDataset, index: number, random: Random, { augmented, size = 512 }: ShowArguments) {
  const sample = await dataset.read(index);
  if (augmented === undefined) return sample;
  const steps = RECIPES[(augmented === true ? 'finetune' : augmented) as keyof typeof RECIPES](size);
  const another = (draw: Random) => dataset.read(Math.floor(draw() * dataset.length));
  return augmentSample(sample, steps, random, { another, categories: dataset.categories });
}
