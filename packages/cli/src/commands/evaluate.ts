import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { systemReason, writeFileAtomic } from '@seg/checkpoint/node';
import {
  type AbsentClass,
  type CocoGroundTruth,
  type CocoResult,
  checkDetections,
  collectDetections,
  DetectionConfusionMatrix,
  DetectionErrors,
  detectionReport,
  type EvaluateDetectionsOptions,
  type EvaluationReport,
  type Finding,
  groupByImage,
  type IouType,
  panopticReport,
  type Summation,
  semanticReport,
} from '@seg/coco-eval';
import { Command, InvalidArgumentError, Option } from 'commander';

import { readGroundTruth, readResults } from '../evaluate/instances-json.ts';
import { type MergeOptions, mergeStates } from '../evaluate/merge-states.ts';
import { naming } from '../evaluate/naming.ts';
import { describeFinding, type OutputOptions, requireOutputs, writeOutputs } from '../evaluate/outputs.ts';
import { collectPanoptic, collectSemantic } from '../evaluate/panoptic-files.ts';
import { parseCount, parseShard, runShards, type Shard } from '../evaluate/shard.ts';
import { evaluationDigest, shardState } from '../evaluate/shard-state.ts';
import { UsageError } from '../process/exit-code.ts';
import { wholeNumber } from '../process/whole-number.ts';
import { Progress } from '../render/progress.ts';

/** Outputs of the command, replaced in tests. */
export type EvaluateIo = {
  print(text: string): void;
  warn(text: string): void;
  progress: Pick<Progress, 'show' | 'clear'>;
};

const processIo: EvaluateIo = {
  print: (text) => console.log(text),
  warn: (text) => console.error(text),
  progress: new Progress(),
};

type CommonArguments = OutputOptions & {
  gt: string;
  dt: string;
  shard?: Shard;
  state?: string;
  workers: number;
};
type InstancesArguments = CommonArguments & {
  iouType: IouType;
  rules: 'coco' | 'lvis';
  maxDets?: number[];
  useCats: boolean;
  check: boolean;
  summation: Summation;
};
type PanopticArguments = CommonArguments & {
  gtFolder?: string;
  dtFolder?: string;
  iouType: 'mask' | 'boundary';
  cores: number;
};
type SemanticArguments = CommonArguments & {
  classes: number;
  ignore: number;
  boundary?: boolean;
  absent: AbsentClass;
};

/** `seg evaluate instances|panoptic|semantic --gt … --dt …`, and `seg evaluate merge STATES...`. */
export function evaluateCommand(io: EvaluateIo = processIo): Command {
  return new Command('evaluate')
    .description(
      'compare results with ground truth: the numbers of pycocotools, panopticapi and detectron2, bit for bit',
    )
    .addCommand(instancesCommand(io))
    .addCommand(panopticCommand(io))
    .addCommand(semanticCommand(io))
    .addCommand(mergeCommand(io));
}

/** A comparison of two files or folders that can be cut into shards. */
function comparison(name: string, about: string, truth: string, results: string): Command {
  return withOutputs(new Command(name).description(about))
    .requiredOption('--gt <path>', truth)
    .requiredOption('--dt <path>', results)
    .option('--shard <k/n>', 'only part k of n of the images; write what is seen to --state', parseShard)
    .option('--state <file>', 'state of a shard, for `seg evaluate merge`')
    .option('--workers <n>', 'processes that share the images', parseCount, 1);
}

function withOutputs(command: Command): Command {
  return command
    .option('--json <file>', 'write the whole result as JSON')
    .option('--report <dir>', 'write a folder with report.md, report.json and pictures')
    .option('--force', 'replace files that are there already');
}

const summation = () =>
  new Option('--summation <version>', 'how means are summed, which moves last digits')
    .choices(['numpy2', 'numpy1'])
    .default('numpy2');

/** Cores of the largest machines that anybody has summed on. */
const MOST_CORES = 4096;

const cores = () =>
  new Option('--cores <n>', 'sum as panopticapi does on so many cores, which moves last digits')
    .argParser(wholeNumber(1, MOST_CORES))
    .default(1);

const absent = () =>
  new Option('--absent <rule>', 'a class predicted but never present: detectron2 leaves it out, mmseg counts 0')
    .choices(['leave-out', 'count-as-zero'])
    .default('leave-out');

function instancesCommand(io: EvaluateIo): Command {
  return comparison('instances', 'average precision of masks or boxes', 'COCO instances JSON', 'COCO results JSON')
    .addOption(new Option('--iou-type <type>', 'what overlaps').choices(['segm', 'bbox', 'boundary']).default('segm'))
    .addOption(new Option('--rules <rules>', 'whose evaluation').choices(['coco', 'lvis']).default('coco'))
    .option('--max-dets <list>', 'limits of detections an image and category, such as 1,10,100', parseLimits)
    .option('--no-use-cats', 'take all categories as one')
    .option('--no-check', 'skip the check of the input, which names every fault before evaluating')
    .addOption(summation())
    .action((options: InstancesArguments) => evaluateInstances(options, io));
}

function parseLimits(text: string): number[] {
  const limits = text.split(',').map(Number);
  if (!limits.every((limit) => Number.isInteger(limit) && limit > 0)) {
    throw new InvalidArgumentError('Expected whole numbers above 0, separated by commas.');
  }
  return limits;
}

async function evaluateInstances(options: InstancesArguments, io: EvaluateIo): Promise<void> {
  requireState(options);
  if (options.rules === 'coco' && options.maxDets && options.maxDets.length < 3) {
    const found = `${options.maxDets}`;
    throw new UsageError(
      `evaluate instances: expected --max-dets with three limits or more, which the summary names, got ${found}`,
    );
  }
  await requireOutputs(options, [options.gt, options.dt]);
  const groundTruth = await readGroundTruth(options.gt);
  const results = await readResults(options.dt);
  const files = `${options.gt}, ${options.dt}`;
  const { iouType, rules, maxDets, useCats: useCategories } = options;
  const findings = options.check ? checkInput(files, groundTruth, results, { iouType, rules }, io) : undefined;
  if (options.workers > 1 && !options.report) return shareOut('instances', options, instanceArguments(options), io);
  const parameters = { iouType, rules, useCategories, ...(maxDets && { maxDetections: maxDets }) };
  const total = groundTruth.images?.length ?? 0;
  const evaluator = naming(files, () =>
    collectDetections(groundTruth, results, {
      ...parameters,
      allowEmpty: true,
      ...(options.shard && { shard: { index: options.shard.k - 1, count: options.shard.n } }),
      onProgress: showEvery(io, total, 'images'),
    }),
  );
  io.progress.clear();
  if (options.shard) {
    return writeState(options, evaluator.save(), await evaluationDigest([options.gt, options.dt], [], parameters));
  }
  const extras = options.report ? diagnose(groundTruth, results, parameters) : {};
  const report = detectionReport(evaluator.result(), {
    summation: options.summation,
    ...extras,
    ...(findings && { findings }),
  });
  await writeOutputs(report, options, io.print);
}

/** @throws at faults that would stop the evaluation, after naming them all */
function checkInput(
  files: string,
  groundTruth: CocoGroundTruth,
  results: CocoResult[],
  options: Pick<InstancesArguments, 'iouType' | 'rules'>,
  io: EvaluateIo,
): Finding[] {
  const findings = checkDetections(groundTruth, results, options);
  for (const finding of findings) io.warn(describeFinding(finding));
  const errors = findings.filter(({ severity, code }) => severity === 'error' && code !== 'no results');
  if (errors.length > 0) {
    const [{ code, examples }] = errors;
    const found = errors.length === 1 ? 'one kind' : `${errors.length} kinds`;
    throw new Error(`${files}: expected input without errors, got ${found}, first ${code}: ${examples[0]}`);
  }
  return findings;
}

function diagnose(groundTruth: CocoGroundTruth, results: CocoResult[], options: EvaluateDetectionsOptions) {
  const { maxDetections: _, ...rest } = options;
  const confusion = new DetectionConfusionMatrix({ ...rest, categories: groundTruth.categories });
  const errors = new DetectionErrors({ ...rest, categories: groundTruth.categories });
  for (const image of groupByImage(groundTruth, results)) {
    confusion.add(image);
    errors.add(image);
  }
  return { confusion: confusion.result(), errors: errors.result() };
}

function instanceArguments({ iouType, rules, maxDets, useCats, summation }: InstancesArguments): string[] {
  const flags = ['--iou-type', iouType, '--rules', rules, '--no-check', '--summation', summation];
  if (maxDets) flags.push('--max-dets', maxDets.join(','));
  if (!useCats) flags.push('--no-use-cats');
  return flags;
}

function panopticCommand(io: EvaluateIo): Command {
  return comparison('panoptic', 'panoptic quality', 'COCO panoptic JSON', 'panoptic JSON of the prediction')
    .option('--gt-folder <dir>', 'PNGs of the ground truth (default: the JSON without its ending)')
    .option('--dt-folder <dir>', 'PNGs of the prediction (default: the JSON without its ending)')
    .addOption(new Option('--iou-type <type>', 'what overlaps').choices(['mask', 'boundary']).default('mask'))
    .addOption(cores())
    .action((options: PanopticArguments) => evaluatePanoptic(options, io));
}

async function evaluatePanoptic(options: PanopticArguments, io: EvaluateIo): Promise<void> {
  requireState(options);
  const folders = [options.gtFolder ?? withoutEnding(options.gt), options.dtFolder ?? withoutEnding(options.dt)];
  await requireOutputs(options, [options.gt, options.dt], folders);
  if (options.workers > 1) return shareOut('panoptic', options, panopticArguments(options), io);
  const quality = await collectPanoptic({
    ...options,
    onProgress: (done, total) => showEvery(io, total, 'images')(done),
  });
  io.progress.clear();
  if (options.shard) {
    const digest = await evaluationDigest([options.gt, options.dt], [], { iouType: options.iouType });
    return writeState(options, quality.save(), digest);
  }
  await writeWithFindings(panopticReport(quality.result({ cores: options.cores })), options, io);
}

const withoutEnding = (file: string) => file.replace(/\.json$/i, '');

function panopticArguments({ gtFolder, dtFolder, iouType }: PanopticArguments): string[] {
  const folders = [...(gtFolder ? ['--gt-folder', gtFolder] : []), ...(dtFolder ? ['--dt-folder', dtFolder] : [])];
  return ['--iou-type', iouType, ...folders];
}

function semanticCommand(io: EvaluateIo): Command {
  return comparison('semantic', 'mean IoU of label maps', 'folder of label-map PNGs', 'folder of predicted PNGs')
    .requiredOption('--classes <n>', 'number of classes: labels are 0 to n - 1', wholeNumber(1, MOST_LABELS))
    .option('--ignore <label>', 'ground-truth label that does not count', wholeNumber(0, MOST_LABELS), 255)
    .option('--boundary', "also detectron2's boundary IoU of label maps")
    .addOption(absent())
    .action((options: SemanticArguments) => evaluateSemantic(options, io));
}

/** Labels of 16 bits are the largest that a PNG has. */
const MOST_LABELS = 65_536;

async function evaluateSemantic(options: SemanticArguments, io: EvaluateIo): Promise<void> {
  requireState(options);
  const { gt, dt, classes, ignore: ignoreLabel, boundary = false } = options;
  const files = await listPngs(gt);
  await requireOutputs(options, [], [gt, dt]);
  if (options.workers > 1) return shareOut('semantic', options, semanticArguments(options), io);
  const quality = await collectSemantic({
    ...{ gt, dt, files, classes, ignoreLabel, boundary },
    ...(options.shard && { shard: options.shard }),
    onProgress: showEvery(io, files.length, 'images'),
  });
  io.progress.clear();
  if (options.shard) {
    const folders = [gt, dt].map((folder) => [folder, files] as const);
    const digest = await evaluationDigest([], folders, { classes, ignoreLabel, boundary });
    return writeState(options, quality.save(), digest);
  }
  await writeWithFindings(semanticReport(quality.result({ absentClass: options.absent })), options, io);
}

function semanticArguments({ classes, ignore, boundary }: SemanticArguments): string[] {
  return ['--classes', String(classes), '--ignore', String(ignore), ...(boundary ? ['--boundary'] : [])];
}

async function listPngs(folder: string): Promise<string[]> {
  try {
    const files = (await readdir(folder)).filter((file) => /\.png$/i.test(file)).sort();
    if (files.length > 0) return files;
  } catch (error) {
    throw new Error(`evaluate: expected a folder ${folder}, got ${systemReason(error)}`, { cause: error });
  }
  throw new Error(`evaluate: expected PNGs in ${folder}, got none`);
}

function mergeCommand(io: EvaluateIo): Command {
  return withOutputs(new Command('merge'))
    .description('the report of shards, the same as that of one run')
    .argument('<states...>', 'files that --shard has written')
    .addOption(summation())
    .addOption(cores())
    .addOption(absent())
    .action(async (files: string[], options: OutputOptions & MergeOptions) => {
      await requireOutputs(options, files);
      await writeWithFindings(await mergeStates(files, options), options, io);
    });
}

/** Names what falls out of the numbers before it prints them. */
function writeWithFindings(
  report: EvaluationReport,
  options: OutputOptions,
  { print, warn }: EvaluateIo,
): Promise<void> {
  for (const finding of report.findings ?? []) warn(describeFinding(finding));
  return writeOutputs(report, options, print);
}

function requireState({ shard, state }: CommonArguments): void {
  if (shard && !state) throw new UsageError('evaluate: expected --state FILE with --shard, got none');
  if (state && !shard) throw new UsageError('evaluate: expected --shard k/n with --state, got none');
}

async function writeState({ shard, state }: CommonArguments, saved: object, digest: string): Promise<void> {
  await writeFileAtomic(path.resolve(state!), JSON.stringify(shardState(shard!, digest, saved)));
}

/** Runs the comparison in several processes, and reports what they have seen together. */
async function shareOut(
  name: string,
  options: CommonArguments & Partial<MergeOptions>,
  flags: string[],
  io: EvaluateIo,
): Promise<void> {
  const args = ['evaluate', name, '--gt', options.gt, '--dt', options.dt, ...flags];
  const { files, remove } = await runShards(args, options.workers);
  try {
    const { cores = 1, summation = 'numpy2', absent = 'leave-out' } = options;
    await writeWithFindings(await mergeStates(files, { cores, summation, absent }), options, io);
  } finally {
    await remove();
  }
}

/** About a hundred steps are shown, whatever the number of images. */
function showEvery({ progress }: EvaluateIo, total: number, what: string): (done: number) => void {
  const step = Math.max(1, Math.round(total / 100));
  return (done) => {
    if (process.stderr.isTTY && done % step === 0) progress.show(done, total, what);
  };
}
