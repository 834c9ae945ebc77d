import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder, systemReason } from '@seg/checkpoint/node';
import { type BackendName, type Size, useBackend } from '@seg/core';
import { type LoadedModel, loadModel, preprocessedSize, type Task } from '@seg/models';
import { exportGraph, exportSavedModel, metadataOf } from '@seg/onnx';
import { writeModel, writeSavedModel } from '@seg/onnx/node';
import { enableProdMode } from '@tensorflow/tfjs-core';
import { Command, InvalidArgumentError, Option } from 'commander';

import { filesOfModel } from '../predict/model-digest.ts';
import { imageSize } from '../process/image-size.ts';
import { requireNewFiles } from '../process/new-files.ts';
import { DownloadLines } from '../render/download-progress.ts';
import { terminalText } from '../render/terminal-text.ts';

type ExportCommandOptions = {
  size?: Size | 'free';
  batch: number | 'free';
  dtype: 'f32' | 'f16';
  backend: BackendName | 'auto';
  format: 'onnx' | 'saved-model';
  task?: Task;
  apart?: boolean;
  force?: boolean;
};

/** Most photographs of COCO have 640 x 480 pixels. */
const PHOTOGRAPH = { width: 640, height: 480, data: new Uint8Array(640 * 480 * 3) };

/** `seg export MODEL OUT`: a model as a file of ONNX, or a folder of TensorFlow. */
export function exportCommand(): Command {
  return new Command('export')
    .description('write a model as ONNX (opset 17, standard operators), or as a SavedModel of TensorFlow')
    .argument('<model>', 'folder or URL, org/name[@revision] on the hub, or a preset')
    .argument('<out>', 'new file, NAME.onnx; weights of more than 1.9 GB are NAME.onnx.data beside it; or a new folder')
    .addOption(
      new Option('--format <format>', 'a file of ONNX, or a folder that TensorFlow and TFLite take')
        .choices(['onnx', 'saved-model'])
        .default('onnx'),
    )
    .option('--size <HxW>', 'size of the images behind preprocessing, or free (default: that of 640 x 480)', parseSize)
    .option('--batch <n>', 'images at once, or free', parseBatch, 1)
    .addOption(new Option('--dtype <type>', 'type of the weights in the file').choices(['f32', 'f16']).default('f32'))
    .addOption(
      new Option('--backend <name>', 'where the pass runs that is written down')
        .choices(['webgpu', 'wasm', 'cpu'])
        .default('wasm'),
    )
    .addOption(
      new Option('--task <task>', 'normalize in the graph, and answer a task in it, where ONNX can say it').choices([
        'panoptic',
        'semantic',
        'instance',
      ]),
    )
    .option('--apart', 'put the weights into a file beside the model in any case')
    .option('--force', 'replace a file of that name')
    .action(exportModel);
}

async function exportModel(location: string, out: string, options: ExportCommandOptions): Promise<void> {
  const isOnnx = options.format === 'onnx';
  if (!isOnnx) expectFixed(options);
  await (isOnnx ? expectPlace(location, out, options.force === true) : expectNewFolder(out));
  enableProdMode();
  await useBackend(options.backend);
  const lines = new DownloadLines();
  const loaded = await loadModel(location, undefined, { onProgress: lines.show }).finally(() => lines.clear());
  try {
    const report = await (isOnnx ? writeOnnx(loaded, out, options) : writeTensorflow(loaded, out, options));
    console.log(terminalText(report));
  } finally {
    loaded.model.dispose();
  }
}

async function writeOnnx(loaded: LoadedModel, out: string, options: ExportCommandOptions): Promise<string> {
  const { model, preprocessing } = loaded;
  const size = options.size ?? preprocessedSize(PHOTOGRAPH, preprocessing);
  const precision = options.dtype === 'f16' ? 'float16' : 'float32';
  const graph = await exportGraph(model, { size, batch: options.batch, precision, ...answerOf(options, loaded) });
  const metadata = metadataOf(descriptionOf(loaded));
  const files = await writeModel(out, graph, { metadata, ...(options.apart && { apart: true }) });
  return report(files, graph);
}

async function writeTensorflow(loaded: LoadedModel, out: string, options: ExportCommandOptions): Promise<string> {
  const { model, preprocessing } = loaded;
  const size = options.size ?? preprocessedSize(PHOTOGRAPH, preprocessing);
  const fixed = { size: size as Size, batch: options.batch as number };
  const graph = await exportSavedModel(model, { ...fixed, ...answerOf(options, loaded) });
  await writeSavedModel(out, graph, { metadata: metadataOf(descriptionOf(loaded)) });
  return report([out], graph);
}

function descriptionOf({ model, ...description }: LoadedModel) {
  return { config: model.config, ...description };
}

/** A SavedModel is of one size, in float32, in a folder that is new. */
function expectFixed({ size, batch, dtype, apart, force }: ExportCommandOptions): void {
  const given = {
    '--size free': size === 'free',
    '--batch free': batch === 'free',
    '--dtype f16': dtype === 'f16',
    '--apart': apart === true,
    '--force': force === true,
  };
  const [option] = Object.entries(given).find(([, isGiven]) => isGiven) ?? [];
  if (option !== undefined) throw new Error(`export: expected no ${option} with --format saved-model, got it`);
}

function answerOf({ task }: ExportCommandOptions, { preprocessing }: LoadedModel) {
  return task === undefined ? {} : { answer: { task, preprocessing } };
}

type NamedDims = { name: string; dims: readonly (number | string)[] };

type Written = { nodes: readonly unknown[]; inputs: readonly NamedDims[]; outputs: readonly NamedDims[] };

function report(files: readonly string[], { nodes, inputs, outputs }: Written): string {
  const ports = [...inputs, ...outputs].map(({ name, dims }) => `  ${name} [${dims.join(', ')}]`);
  return [`${files.join(' and ')}: ${nodes.length} nodes`, ...ports].join('\n');
}

/** Finds out before anything is fetched or computed whether the file can be written. */
async function expectPlace(location: string, out: string, force: boolean): Promise<void> {
  const folder = path.dirname(out);
  const advice = '--force to replace it';
  const inputs = (await filesOfModel(location)) ?? [];
  await requireNewFiles('export', { outputs: [out, `${out}.data`], inputs, folder, force, advice });
  await makeFolder(folder).catch((error: unknown) => {
    throw new Error(`export: expected a folder ${folder} to write to, got ${systemReason(error)}`, { cause: error });
  });
}

/** Finds out before anything is fetched or computed whether the folder can be written. */
async function expectNewFolder(out: string): Promise<void> {
  const present = await readdir(out).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new Error(`export: expected a new folder ${out}, got ${systemReason(error)}`, { cause: error });
  });
  if (present.length > 0) throw new Error(`export: expected a new folder ${out}, got one with ${present[0]}`);
  const place = path.dirname(path.resolve(out));
  await makeFolder(place).catch((error: unknown) => {
    throw new Error(`export: expected a folder ${place} to write to, got ${systemReason(error)}`, { cause: error });
  });
}

function parseSize(text: string): Size | 'free' {
  return text === 'free' ? text : imageSize(text);
}

function parseBatch(text: string): number | 'free' {
  if (text === 'free') return text;
  const batch = Number(text);
  if (Number.isSafeInteger(batch) && batch >= 1 && batch <= 1024) return batch;
  throw new InvalidArgumentError('expected a number from 1 to 1024, or free');
}
