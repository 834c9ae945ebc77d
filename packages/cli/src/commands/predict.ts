import { type BackendName, useBackend } from '@seg/core';
import { Command, InvalidArgumentError, Option } from 'commander';

import { GroundTruth } from '../predict/ground-truth.ts';
import { checkInputImages } from '../predict/input-images.ts';
import { loadSegmenter } from '../predict/load-segmenter.ts';
import { prepareOutFolder } from '../predict/out-folder.ts';
import { predictImages } from '../predict/predict-images.ts';
import { jsonReport, textReport } from '../predict/report.ts';
import type { ImageSegmenter, Task } from '../predict/segmenter.ts';
import { Progress } from '../render/progress.ts';

/** What `seg predict` takes besides images. */
export type PredictOptions = {
  model: string;
  /** Default: what the model is for. */
  task?: Task;
  backend: BackendName | 'auto';
  out: string;
  threshold?: number;
  json?: boolean;
  groundTruth?: string;
};

/** Where the command gets its model and where it prints, replaced in tests. */
export type PredictSurroundings = {
  load(folder: string): Promise<ImageSegmenter>;
  print(text: string): void;
  progress: Progress;
};

const surroundings: PredictSurroundings = {
  load: loadSegmenter,
  print: (text) => console.log(text),
  progress: new Progress(),
};

/** `seg predict IMAGES... --model DIR`: photographs in, segments and pictures out. */
export function predictCommand(around: PredictSurroundings = surroundings): Command {
  return new Command('predict')
    .description('segment JPEG and PNG images: overlay pictures, COCO panoptic files and a table of segments')
    .argument('<images...>', 'image files, or folders of them')
    .requiredOption(
      '--model <dir>',
      'folder or URL with config.json and weights, or org/name[@revision] on the Hugging Face hub',
    )
    .addOption(
      new Option('--task <task>', 'what to look for (default: what the model is for, panoptic or instance)').choices([
        'panoptic',
        'instance',
        'semantic',
      ]),
    )
    .addOption(
      new Option('--backend <name>', 'where to compute')
        .choices(['auto', 'webgpu', 'node-gpu', 'node', 'wasm', 'cpu'])
        .default('auto'),
    )
    .option('--out <dir>', 'folder for the results', 'out')
    .option('--threshold <score>', 'least score of a segment, 0 to 1 (default: that of the published rule)', parseScore)
    .option('--json', 'print the segments as JSON instead of tables')
    .option(
      '--ground-truth <file>',
      'COCO panoptic JSON, its PNGs in the folder of the same name: prints PQ of panoptic segments',
    )
    .action((images: string[], options: PredictOptions) => predict(images, options, around));
}

/** Checks everything that can be wrong before the model is loaded, and what only the model can tell before it runs. */
async function predict(images: string[], options: PredictOptions, around: PredictSurroundings): Promise<void> {
  const { model, backend, out, threshold, json, groundTruth } = options;
  const inputs = await checkInputImages(images);
  const mayHaveTruth = groundTruth !== undefined && (options.task ?? 'panoptic') === 'panoptic';
  const given = mayHaveTruth ? await GroundTruth.open(groundTruth, inputs) : null;
  await prepareOutFolder(out);
  const report = json ? jsonReport(around.print) : textReport(around.print);
  report.start(await useBackend(backend));
  const segmenter = await around.load(model);
  try {
    const task = taskOf(segmenter, options.task);
    const truth = task === 'panoptic' ? given : null;
    truth?.checkCategories(segmenter.categories);
    await predictImages(segmenter, { inputs, task, threshold, out, truth }, report, around.progress);
  } finally {
    around.progress.clear();
    segmenter.dispose();
  }
}

/** @throws Error naming the tasks that the model has, where it lacks the one asked for */
function taskOf({ tasks }: ImageSegmenter, asked: Task | undefined): Task {
  const task = asked ?? tasks[0];
  if (tasks.includes(task)) return task;
  throw new Error(`predict: expected --task ${tasks.join(' or ')} with this model, got ${task}`);
}

function parseScore(text: string): number {
  const score = Number(text);
  if (text.trim() !== '' && score >= 0 && score <= 1) return score;
  throw new InvalidArgumentError('expected a number from 0 to 1');
}
