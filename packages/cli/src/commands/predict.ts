import { existsSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import path from 'node:path';
import { FormatError } from '@seg/checkpoint';
import { useBackend } from '@seg/core';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseCount } from '../evaluate/shard.ts';
import { CocoIds } from '../predict/coco-ids.ts';
import { GroundTruth } from '../predict/ground-truth.ts';
import { readerHere } from '../predict/image-reader.ts';
import { findInputImages, type InputImage, nameImages, requireImages } from '../predict/input-images.ts';
import { listShard, parseListShard, shardOf } from '../predict/list-shard.ts';
import { backendFor, loadSegmenter } from '../predict/load-segmenter.ts';
import { readManifest } from '../predict/manifest.ts';
import { mergePredictions } from '../predict/merge-predictions.ts';
import { MetricsFile } from '../predict/metrics-file.ts';
import { filesOfModel } from '../predict/model-digest.ts';
import { prepareOutFolder, removeTorn } from '../predict/out-folder.ts';
import { picturesHere } from '../predict/picture-maker.ts';
import { FRAME_FORMATS, parseSize } from '../predict/pipe-frames.ts';
import { SHOWN_INSTANCES } from '../predict/predict-image.ts';
import { type NumberedImage, predictImages, runDigest } from '../predict/predict-images.ts';
import { type PredictIo, type PredictOptions, refuseOptions, taskOf } from '../predict/predict-options.ts';
import { predictPipe } from '../predict/predict-pipe.ts';
import { produceHere } from '../predict/produce-here.ts';
import { produceInWorkers } from '../predict/produce-in-workers.ts';
import { RecordFile, recordsName } from '../predict/record-file.ts';
import { jsonReport, textReport } from '../predict/report.ts';
import { pictureNames, WHOLE_FILES } from '../predict/result-files.ts';
import { headerOf } from '../predict/run-header.ts';
import { trackingSegmenter } from '../predict/tracking-segmenter.ts';
import { backendOption } from '../process/backend-option.ts';
import { UsageError } from '../process/exit-code.ts';
import { finishOnSignal } from '../process/finish-on-signal.ts';
import { requireNewFiles } from '../process/new-files.ts';
import { takeLock } from '../process/run-lock.ts';
import { runtimeOption } from '../process/runtime-option.ts';
import { Progress } from '../render/progress.ts';
import { terminalText } from '../render/terminal-text.ts';

const processIo: PredictIo = {
  load: loadSegmenter,
  print: (text) => console.log(text),
  note: (text) => console.error(text),
  progress: new Progress(),
  reader: readerHere,
  pictures: picturesHere,
};

/** `seg predict IMAGES... --model DIR`: photographs in, segments and pictures out. */
export function predictCommand(io: PredictIo = processIo): Command {
  return new Command('predict')
    .description('segment JPEG and PNG images: overlay pictures, COCO panoptic files and a table of segments')
    .argument('[images...]', 'image files, or folders of them; - for images or raw frames on standard input')
    .option('--list <file>', 'images by a list: a text file with a name a line, or a COCO file')
    .option('--root <dir>', 'folder that the names of --list are in (default: that of the list)')
    .option(
      '--shard <k/n>',
      'only part k of n of the images; auto or auto/n: as Slurm or Kubernetes say',
      parseListShard,
    )
    .option(
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
    .addOption(backendOption())
    .addOption(runtimeOption())
    .option('--out <dir>', 'folder for the results', 'out')
    .option('--threshold <score>', 'least score of a segment, 0 to 1 (default: that of the published rule)', parseScore)
    .addOption(
      new Option(
        '--frames <format>',
        'what comes on standard input: pixels of --size without headers, or images that tell theirs (default)',
      ).choices(FRAME_FORMATS),
    )
    .option('--size <WxH>', 'width and height of raw frames, as 640x480', parseSize)
    .option('--track', 'the images are frames of a video, whose objects keep their ids')
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
    .option('--workers <n>', 'processes that share the images, each with a model of its own', parseCount, 1)
    .option(
      '--batch <n>',
      'images in hand at once; those of one size share a pass (for graphics processors)',
      parseCount,
      1,
    )
    .option('--metrics <file>', 'write numbers of the run for Prometheus every few seconds')
    .addCommand(mergeCommand(io))
    .enablePositionalOptions() // what stands behind `merge` is for it
    .action((images: string[], options: PredictOptions, command: Command) => {
      if (options.model === undefined) command.error("error: required option '--model <dir>' not specified");
      return predict(images, options, io);
    });
}

function mergeCommand(io: PredictIo): Command {
  return new Command('merge')
    .description('the files of all images from those of the shards, the same bytes as of one run')
    .argument('<results...>', 'folders that --shard has written into, or their files of records')
    .option('--out <dir>', 'folder for the files of all images (default: the first folder)')
    .option('--force', 'replace files that are there already')
    .action(async (sources: string[], { out, force }: { out?: string; force?: boolean }) => {
      const [first] = sources;
      const folder = out ?? (path.extname(first) === '.jsonl' ? path.dirname(first) : first);
      const { shards, images, failures } = await mergePredictions(sources, folder, { force: force === true });
      const left = failures === 0 ? '' : `; ${failures} images could not be read, as their records say`;
      io.print(terminalText(`${folder}: ${images} images of ${shards} shards${left}`));
    });
}

/** Checks everything that can be wrong before the model is loaded, and what only the model can tell before it runs. */
async function predict(images: string[], options: PredictOptions, io: PredictIo): Promise<void> {
  const { model, backend, runtime, out, threshold, groundTruth, onError, resume, force, workers, batch, track } =
    options;
  if (images.includes('-')) return predictPipe(images, options, io);
  if (options.frames !== undefined || options.size !== undefined) {
    throw new UsageError('predict: expected - for standard input with --frames and --size, got none');
  }
  if (track) refuseOptions('--track', options, ['workers', 'resume', 'shard', 'batch']);
  if (groundTruth && options.images) throw new UsageError('predict: expected --images or --ground-truth, got both');
  const list = await findList(images, options);
  const shard = options.shard === undefined ? { k: 1, n: 1 } : listShard(options.shard);
  const mine = list.images.filter(({ input }) => shard.n === 1 || shardOf(input.name, shard.n) === shard.k);
  const inputs = mine.map(({ input }) => input);
  if (onError === 'stop') await requireImages(inputs);
  const needsTruth = groundTruth !== undefined && (options.task ?? 'panoptic') === 'panoptic';
  const given = needsTruth && mine.length > 0 ? await GroundTruth.open(groundTruth, inputs) : null;
  const records = recordsName(shard);
  const own = [records, ...(shard.n === 1 ? WHOLE_FILES : []), ...pictureNames(inputs)];
  const read = [...inputs.map(({ file }) => file), ...list.files, ...((await filesOfModel(model)) ?? [])];
  const mayReplace = resume === true || force === true;
  const isNew = !existsSync(out);
  await prepareOutFolder(out, own, read, mayReplace);
  const metrics = await openMetrics(options, read, mayReplace);
  const release = await takeLock('predict', path.join(out, `.${records}.lock`));
  await removeTorn(out, own);
  const request = finishOnSignal();
  const report = (options.json ? jsonReport : textReport)(io.print, io.note, io.progress);
  try {
    const started = await useBackend(backendFor(runtime, backend));
    report.start(started);
    const loaded = await io.load(model, runtime, request.signal).catch((error: unknown) => {
      if (request.signal.aborted) return null; // in the middle of a download, which the next run goes on with
      throw error;
    });
    if (loaded === null) {
      process.exitCode = request.code() ?? undefined;
      return;
    }
    const segmenter = track ? await trackingSegmenter(loaded, threshold ?? SHOWN_INSTANCES) : loaded;
    const helpers = { reader: io.reader(), pictures: io.pictures() };
    try {
      const task = taskOf(segmenter, options.task);
      const isNeeded = ({ isThing }: { isThing: boolean }) => isThing || task !== 'instance';
      const categories = list.ids?.renumber(segmenter.categories, isNeeded) ?? segmenter.categories;
      const header = await headerOf(options, segmenter, {
        task,
        categories,
        list: list.images.map(({ input, id }) => ({ name: input.name, id })),
        shard: { ...shard, images: mine.length },
      });
      const file = await (resume ? RecordFile.resume(out, header) : RecordFile.create(out, header, force === true));
      const settings = { categories, task, threshold, out, run: runDigest(header), batch, ...(track && { track }) };
      const rest = { images: mine, truth: task === 'panoptic' ? given : null, records: file, isWhole: shard.n === 1 };
      const prediction = { ...settings, ...rest, onError, metrics, signal: request.signal };
      const produce =
        workers > 1
          ? produceInWorkers(workers, { model, runtime, backend: started.name, settings })
          : produceHere(segmenter, helpers, settings);
      const isDone = await predictImages(produce, prediction, report).finally(() => file.close());
      if (!isDone) process.exitCode = request.code() ?? undefined;
    } finally {
      io.progress.clear();
      await Promise.all([helpers.reader.close(), helpers.pictures.close()]);
      segmenter.dispose();
    }
  } finally {
    request.release();
    release();
    if (isNew) await rmdir(out).catch(() => {}); // which only an empty folder allows: nothing was begun
  }
}

type ImageList = {
  /** All images of the list, whatever the shard. */
  images: NumberedImage[];
  ids: CocoIds | null;
  /** Files that were read for it. */
  files: string[];
};

async function findList(images: readonly string[], options: PredictOptions): Promise<ImageList> {
  const { list, root, groundTruth } = options;
  if (images.length > 0 === (list !== undefined)) {
    throw new UsageError(`predict: expected images or --list, got ${list === undefined ? 'neither' : 'both'}`);
  }
  if (root !== undefined && list === undefined) throw new UsageError('predict: expected --list with --root, got none');
  const inputs =
    list === undefined ? await findInputImages(images, options.track) : nameImages(await readManifest(list, root));
  const isCoco = list !== undefined && /\.json$/i.test(list);
  const idsFile = options.images ?? groundTruth ?? (isCoco ? list : undefined);
  const ids = idsFile === undefined ? null : await CocoIds.read(idsFile);
  const files = [list, idsFile].filter((file) => file !== undefined);
  return { images: numberImages(inputs, ids, options.images), ids, files };
}

async function openMetrics(
  { metrics, out }: PredictOptions,
  inputs: readonly string[],
  force: boolean,
): Promise<MetricsFile | null> {
  if (metrics === undefined) return null;
  await requireNewFiles('predict', { outputs: [metrics], inputs, folder: out, force });
  return new MetricsFile(metrics);
}

/**
 * Ids of the images in the results: those of a COCO file, or else their places in the list.
 *
 * @param must The file, if it has to have every image
 */
function numberImages(inputs: readonly InputImage[], ids: CocoIds | null, must: string | undefined): NumberedImage[] {
  const unused = ids?.unusedIds();
  return inputs.map((input, index) => {
    const id = ids?.imageId(input.file) ?? null;
    if (id === null && must !== undefined) {
      throw new FormatError(`predict: expected images that ${must} lists, got ${input.file}`);
    }
    return { input, index, id: id ?? unused?.() ?? index + 1 };
  });
}

function parseScore(text: string): number {
  const score = Number(text);
  if (text.trim() !== '' && score >= 0 && score <= 1) return score;
  throw new InvalidArgumentError('expected a number from 0 to 1');
}
