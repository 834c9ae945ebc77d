import path from 'node:path';
import { writeFileAtomic } from '@seg/checkpoint/node';
import { type BackendName, useBackend } from '@seg/core';
import { ZOO, type ZooEntry } from '@seg/models/zoo';
import { Command } from 'commander';
import { backendOption } from '../process/backend-option.ts';
import { UsageError } from '../process/exit-code.ts';
import { wholeNumber } from '../process/whole-number.ts';
import { terminalText } from '../render/terminal-text.ts';
import { measure } from '../reproduce/measure.ts';
import { predictSet } from '../reproduce/predict-set.ts';
import { findPublishedSet } from '../reproduce/published-set.ts';
import { type Reproduction, reproductionText, versionsOf } from '../reproduce/reproduction.ts';

type ReproduceOptions = {
  coco?: string;
  ade20k?: string;
  model?: string;
  out?: string;
  backend: BackendName | 'auto';
  limit?: number;
};

/** `seg reproduce PRESET --coco DIR`: a published figure, measured again. */
export function reproduceCommand(print: (text: string) => void = (text) => console.log(text)): Command {
  return new Command('reproduce')
    .description("predict a validation set with published weights, and print the metric beside its authors'")
    .argument('<preset>', 'published model (seg models lists them)')
    .option('--coco <dir>', 'folder with val2017/ and annotations/')
    .option('--ade20k <dir>', 'folder with images/validation/ and annotations_detectron2/validation/')
    .option('--model <dir>', 'folder, URL or name of the weights (default: the published ones, fetched)')
    .option('--out <dir>', 'folder for results; a run that was cut goes on there (default: reproduce/PRESET)')
    .addOption(backendOption())
    .option('--limit <n>', 'only the first n images, which is no published figure', wholeNumber(1))
    .action(async (preset: string, options: ReproduceOptions) => {
      const found = await reproduce(preset, options);
      if (found !== null) print(terminalText(reproductionText(found)));
    });
}

/** Everything that can be wrong is found before the first image. The result is `reproduction.json` in the folder too; null where a signal came. */
async function reproduce(preset: string, options: ReproduceOptions): Promise<Reproduction | null> {
  const entry = entryOf(preset);
  const set = await findPublishedSet(entry, folderOf(entry, options));
  const images = set.images.slice(0, options.limit);
  const { out: folder = path.join('reproduce', preset), model = modelOf(entry), backend } = options;
  const versions = versionsOf(await useBackend(backend));
  const secondsPerImage = await predictSet({ entry, set, images, model, folder, backend });
  if (Number(process.exitCode ?? 0) !== 0) return null; // a signal: the next run goes on
  const measured = await measure(entry, { folder, images, set });
  const { data, task, metric, value: published } = entry;
  const counts = { images: images.length, total: set.images.length };
  const date = new Date().toISOString().slice(0, 10);
  const figures = { published, measured, ...counts };
  const found: Reproduction = {
    preset: entry.preset,
    data,
    task,
    metric,
    ...figures,
    model,
    secondsPerImage,
    date,
    versions,
  };
  await writeFileAtomic(path.join(folder, 'reproduction.json'), `${JSON.stringify(found, null, 2)}\n`);
  return found;
}

function entryOf(name: string): ZooEntry {
  const entry = ZOO.find(({ preset }) => preset === name);
  if (entry !== undefined) return entry;
  throw new Error(`reproduce: expected a published model that seg models lists, got ${name}`);
}

function folderOf({ preset, data }: ZooEntry, { coco, ade20k }: ReproduceOptions): string {
  const isAde20k = data.startsWith('ADE20K');
  const [wanted, other] = isAde20k ? [ade20k, coco] : [coco, ade20k];
  if (wanted !== undefined && other === undefined) return wanted;
  throw new UsageError(
    `reproduce: expected ${isAde20k ? '--ade20k' : '--coco'} DIR with ${preset}, a model of ${data}`,
  );
}

function modelOf({ preset, hub, url, source }: ZooEntry): string {
  if (hub !== null || url !== null) return hub ?? preset;
  throw new Error(
    `reproduce: expected --model DIR with ${preset}, whose weights ${source} has (seg convert --preset ${preset}), got none`,
  );
}
