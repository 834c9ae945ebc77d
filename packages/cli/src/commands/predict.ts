import { FormatError } from '@seg/checkpoint';
import { type BackendName, useBackend } from '@seg/core';
import type { Task } from '@seg/models';
import { Command, InvalidArgumentError, Option } from 'commander';

import { CocoIds } from '../predict/coco-ids.ts';
import { GroundTruth } from '../predict/ground-truth.ts';
import { findInputImages, type InputImage } from '../predict/input-images.ts';
import { loadSegmenter } from '../predict/load-segmenter.ts';
import { prepareOutFolder } from '../predict/out-folder.ts';
import { type NumberedImage, openRecords, predictImages } from '../predict/predict-images.ts';
import { RECORDS } from '../predict/records.ts';
import { jsonReport, textReport } from '../predict/report.ts';
import { resultNames } from '../predict/result-files.ts';
import type { ImageSegmenter } from '../predict/segmenter.ts';
import { UsageError } from '../process/exit-code.ts';
import { Progress } from '../render/progress.ts';

/** Options of `seg predict`. */
export type PredictOptions = {
  model: string;
  /** Default: what the model is for. */
  task?: Task;
  backend: BackendName | 'auto';
  out: string;
  threshold?: number;
  json?: boolean;
  groundTruth?: string;
  /** COCO file whose ids the results get. */
  images?: string;
  onError: 'stop' | 'skip';
  resume?: boolean;
  force?: boolean;
};

/** Model and outputs of the command, replaced in tests. */
export type PredictIo = {
  load(folder: string): Promise<ImageSegmenter>;
  /** Takes results. */
  print(text: string): void;
  /** Takes everything else. */
  note(text: string): void;
  progress: Progress;
};

const processIo: PredictIo = {
  load: loadSegmenter,
  print: (text) => console.log(text),
  note: (text) => console.error(text),
  progress: new Progress(),
};

/** `seg predict IMAGES... --model DIR`: photographs in, segments and pictures out. */
export function predictCommand(io: PredictIo = processIo): Command {
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
      'as --images; COCO panoptic JSON, its PNGs in the folder of the same name: prints PQ of panoptic segments',
    )
    .option('--images <file>', 'COCO JSON (instances, panoptic, LVIS): results get its image and category ids, by name')
    .addOption(
      new Option('--on-error <what>', 'what becomes of an image that cannot be read')
        .choices(['stop', 'skip'])
        .default('stop'),
    )
    .addOption(new Option('--resume', 'go on where an earlier run into --out has ended').conflicts('force'))
    .option('--force', 'replace files of the same names in --out')
    .action((images: string[], options: PredictOptions) => predict(images, options, io));
}

/** Checks everything that can be wrong before the model is loaded, and what only the model can tell before it runs. */
async function predict(images: string[], options: PredictOptions, io: PredictIo): Promise<void> {
  const { model, backend, out, threshold, json, groundTruth, onError, resume, force } = options;
  if (groundTruth && options.images) throw new UsageError('predict: expected --images or --ground-truth, got both');
  const inputs = await findInputImages(images, onError === 'skip');
  const idsFile = options.images ?? groundTruth;
  const ids = idsFile === undefined ? null : await CocoIds.read(idsFile);
  const numbered = numberImages(inputs, ids, options.images);
  const needsTruth = groundTruth !== undefined && (options.task ?? 'panoptic') === 'panoptic';
  const given = needsTruth ? await GroundTruth.open(groundTruth, inputs) : null;
  const read = [...inputs.map(({ file }) => file), ...(idsFile === undefined ? [] : [idsFile])];
  await prepareOutFolder(out, [RECORDS, ...resultNames(inputs)], read, resume === true || force === true);
  const report = json ? jsonReport(io.print, io.note) : textReport(io.print, io.note);
  report.start(await useBackend(backend));
  const segmenter = await io.load(model);
  try {
    const task = taskOf(segmenter, options.task);
    const isNeeded = ({ isThing }: { isThing: boolean }) => isThing || task !== 'instance';
    const categories = ids?.renumber(segmenter.categories, isNeeded) ?? segmenter.categories;
    const truth = task === 'panoptic' ? given : null;
    const records = await openRecords({ task, threshold, out, categories }, { resume, force });
    const prediction = { images: numbered, categories, task, threshold, out, truth, records, onError };
    await predictImages(segmenter, prediction, report, io.progress).finally(() => records.close());
  } finally {
    io.progress.clear();
    segmenter.dispose();
  }
}

/**
 * Ids of the images in the results: those of a COCO file, or else their places in the list.
 *
 * @param must The file, if it has to have every image
 */
function numberImages(inputs: readonly InputImage[], ids: CocoIds | null, must: string | undefined): NumberedImage[] {
  const unused = ids?.unusedIds();
  return inputs.map((input, i) => {
    const id = ids?.imageId(input.file) ?? null;
    if (id === null && must !== undefined) {
      throw new FormatError(`predict: expected images that ${must} lists, got ${input.file}`);
    }
    return { input, id: id ?? unused?.() ?? i + 1 };
  });
}

/** @throws Error naming the tasks that the model has, where it lacks the one asked for */
function taskOf({ tasks }: ImageSegmenter, asked: Task | undefined): Task {
  const task = asked ?? tasks[0];
  if (tasks.includes(task)) return task;
  throw new UsageError(`predict: expected --task ${tasks.join(' or ')} with this model, got ${task}`);
}

function parseScore(text: string): number {
  const score = Number(text);
  if (text.trim() !== '' && score >= 0 && score <= 1) return score;
  throw new InvalidArgumentError('expected a number from 0 to 1');
}
