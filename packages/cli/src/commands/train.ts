import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type BackendName, useBackend } from '@seg/core';
import type { Task } from '@seg/models';
import { BACKBONE_KEYS, type Collective, type Recipe, withSteps } from '@seg/train';
import { Command, Option } from 'commander';
import { withReadingOptions } from '../data/dataset-arguments.ts';
import { backendOption } from '../process/backend-option.ts';
import { UsageError } from '../process/exit-code.ts';
import { wholeNumber } from '../process/whole-number.ts';
import { terminalText } from '../render/terminal-text.ts';
import { amongRanks } from '../train/among-ranks.ts';
import { chooseRecipe } from '../train/choose-recipe.ts';
import { type DataOptions, openTrainingData } from '../train/open-training-data.ts';
import { openTrainingModel, type TrainingModel } from '../train/open-training-model.ts';
import { requireRunFolder } from '../train/run-folder.ts';
import { dryRun, runTraining, type TrainIo } from '../train/run-training.ts';

/** Options of `seg train`. */
export type TrainOptions = Omit<DataOptions, 'data'> & {
  data?: string;
  model: string;
  backbone?: string;
  recipe?: string;
  out?: string;
  task?: Task;
  backend: BackendName | 'auto';
  steps?: number;
  batch?: number;
  seed?: number;
  freeze?: string[];
  resume?: boolean;
  dryRun?: boolean;
  printRecipe?: boolean;
  tensorboard?: boolean;
};

const processIo: TrainIo = {
  print: (text) => console.log(terminalText(text)),
  note: (text) => console.error(terminalText(text)),
};

/** `seg train --data PATH --out RUN`: photographs with annotations in, a model of one's own out. */
export function trainCommand(io: TrainIo = processIo): Command {
  return withReadingOptions(new Command('train'))
    .description('train a model on annotated images: a new one, or a published one for other categories')
    .option('--data <path>', 'data set of any format that seg data check knows: a folder, or its annotations')
    .option('--val <path>', 'data set of the validation (default: the split val of --data, where it has one)')
    .option(
      '--model <model>',
      'a small model by its system (mask2former, maskformer, solov2, max-deeplab, panoptic_segformer), a preset of seg models, or weights: a folder, a URL, org/name[@revision] on the Hugging Face hub',
      'mask2former',
    )
    .option(
      '--backbone <weights>',
      'weights of the backbone alone: torchvision, timm, detectron2, Swin, PVT, Hugging Face',
    )
    .option(
      '--recipe <recipe>',
      'finetune, published (the authors’), or a JSON file of what differs (default: published of a preset, else finetune)',
    )
    .option('--out <dir>', 'folder of the run: checkpoints, log, curves, pictures, and the model in it')
    .addOption(
      new Option('--task <task>', 'what to validate (default: what the data is for)').choices([
        'panoptic',
        'instance',
        'semantic',
      ]),
    )
    .addOption(backendOption())
    .option('--steps <n>', 'steps instead of the recipe’s', wholeNumber(1))
    .option('--batch <n>', 'images of a batch instead of the recipe’s', wholeNumber(1))
    .option('--seed <n>', 'seed instead of the recipe’s', wholeNumber(0))
    .option('--freeze <pattern...>', 'regular expressions of parameters that are not trained; "backbone" is one')
    .option('--resume', 'go on with the run in --out')
    .option('--dry-run', 'take two steps and tell the pace; writes nothing')
    .option('--print-recipe', 'print the recipe as JSON, and do nothing else')
    .option('--tensorboard', 'write events for TensorBoard into --out, too')
    .action((options: TrainOptions) => amongRanks(io, (collective, ofRank) => train(options, collective, ofRank)));
}

/** Checks everything that can be wrong before the first step. */
async function train(options: TrainOptions, collective: Collective, io: TrainIo): Promise<void> {
  const out = await outOf(options, collective.rank === 0);
  if (options.printRecipe) return printRecipe(options, io);
  if (options.data === undefined) throw new UsageError('train: expected --data with a data set, got none');
  const data = await openTrainingData({ ...options, data: options.data });
  const backend = await useBackend(options.backend);
  const model = await openTrainingModel(options.model, data.training.categories, options.backbone);
  const recipe = await recipeOf(options, model);
  const task = taskOf(options.task, data.training.task, model);
  io.note(`backend ${backend.name}: ${backend.description}`);
  for (const warning of [...data.warnings, ...warmupWarnings(recipe)]) io.note(`warning: ${warning}`);
  if (collective.size > 1) io.note(`processes: ${collective.size}, each with its share of the images`);
  if (task !== (options.task ?? data.training.task))
    io.note(`validation of ${task} segments: all that the model finds`);
  if (!model.isNew && model.opened.fresh.length > 0) io.note(`new parameters: ${model.opened.fresh.join(', ')}`);
  if (options.recipe === undefined && model.preset !== null)
    io.note('recipe: its authors’; --recipe finetune is one for small sets on processors');
  const { model: start, backbone: pretrained = null } = options;
  const origin = { data: path.basename(path.resolve(options.data)), model: start, backbone: pretrained };
  const { training, validation } = data;
  const shared = { model: model.opened, data: { training, validation }, task, recipe, origin, collective };
  const versions = { seg: readVersion(), node: process.version, backend: backend.name };
  const code =
    out === null
      ? await dryRun(shared, backend, io)
      : await runTraining({ ...shared, out, versions }, options.tensorboard === true, io);
  if (code !== null) process.exitCode = code;
}

/** The recipe depends on the model alone: data need not be there. */
async function printRecipe(options: TrainOptions, io: TrainIo): Promise<void> {
  await useBackend(options.backend);
  const model = await openTrainingModel(options.model, undefined, options.backbone);
  io.print(JSON.stringify(await recipeOf(options, model), null, 2));
}

async function recipeOf(options: TrainOptions, model: TrainingModel) {
  const recipe = await chooseRecipe(options.recipe, model);
  return { ...withSteps(recipe, options.steps ?? recipe.steps), ...changes(options) };
}

/**
 * @returns null where nothing is to be written
 * @throws UsageError at options that only a run has a use of
 */
async function outOf(
  { out, resume, tensorboard, dryRun: isDry, printRecipe }: TrainOptions,
  isWriter: boolean,
): Promise<string | null> {
  if (isDry || printRecipe) {
    const [unused] = Object.entries({ '--resume': resume, '--tensorboard': tensorboard }).filter(([, given]) => given);
    const writesNothing = isDry ? '--dry-run' : '--print-recipe';
    if (unused !== undefined) throw new UsageError(`train: expected ${unused[0]} without ${writesNothing}, got both`);
    return null;
  }
  if (out === undefined) throw new UsageError('train: expected --out with a folder for the run, got none');
  if (isWriter) await requireRunFolder(out, resume === true);
  return out;
}

function changes({ batch, seed, freeze }: TrainOptions) {
  return {
    ...(batch === undefined ? {} : { batch }),
    ...(seed === undefined ? {} : { seed }),
    ...(freeze === undefined
      ? {}
      : { freeze: freeze.map((pattern) => (pattern === 'backbone' ? BACKBONE_KEYS : pattern)) }),
  };
}

/**
 * Task of the validation: the one asked for, or what the data is for where the model can, or else what the model is for.
 *
 * @throws UsageError where the model lacks the one asked for
 */
function taskOf(asked: Task | undefined, ofData: Task, { opened: { tasks } }: TrainingModel): Task {
  if (asked === undefined) return tasks.includes(ofData) ? ofData : tasks[0];
  if (tasks.includes(asked)) return asked;
  throw new UsageError(`train: expected --task ${tasks.join(' or ')} with this model, got ${asked}`);
}

function warmupWarnings({ steps, warmup, learningRate }: Recipe): string[] {
  if (warmup < steps) return [];
  return [`warm-up of ${warmup} steps, and ${steps} in all: the rate of ${learningRate} is not reached`];
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
