import path from 'node:path';
import { makeFolder, systemReason } from '@seg/checkpoint/node';
import { type BackendName, type Size, useBackend } from '@seg/core';
import { type LoadedModel, loadModel, preprocessedSize, type Task } from '@seg/models';
import { exportGraph, metadataOf, type OnnxGraph } from '@seg/onnx';
import { writeModel } from '@seg/onnx/node';
import { enableProdMode } from '@tensorflow/tfjs-core';
import { Command, InvalidArgumentError, Option } from 'commander';

import { imageSize } from '../process/image-size.ts';
import { requireNewFiles } from '../process/new-files.ts';
import { DownloadLines } from '../render/download-progress.ts';
import { terminalText } from '../render/terminal-text.ts';

type ExportCommandOptions = {
  size?: Size | 'free';
  batch: number | 'free';
  dtype: 'f32' | 'f16';
  backend: BackendName | 'auto';
  task?: Task;
  apart?: boolean;
  force?: boolean;
};

/** Most photographs of COCO have 640 x 480 pixels. */
const PHOTOGRAPH = { width: 640, height: 480, data: new Uint8Array(640 * 480 * 3) };

/** `seg export MODEL OUT.onnx`: a model as a file of ONNX. */
export function exportCommand(): Command {
  return new Command('export')
    .description('write a model as ONNX (opset 17, standard operators): what onnxruntime, TensorRT and CoreML take')
    .argument('<model>', 'folder or URL, org/name[@revision] on the hub, or a preset')
    .argument('<out>', 'new file, NAME.onnx; weights of more than 1.9 GB are NAME.onnx.data beside it')
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
  await expectPlace(out, options.force === true);
  enableProdMode();
  await useBackend(options.backend);
  const lines = new DownloadLines();
  const loaded = await loadModel(location, undefined, { onProgress: lines.show }).finally(() => lines.clear());
  const { model, ...description } = loaded;
  try {
    const size = options.size ?? preprocessedSize(PHOTOGRAPH, loaded.preprocessing);
    const precision = options.dtype === 'f16' ? 'float16' : 'float32';
    const graph = await exportGraph(model, { size, batch: options.batch, precision, ...answerOf(options, loaded) });
    const metadata = metadataOf({ config: model.config, ...description });
    const files = await writeModel(out, graph, { metadata, ...(options.apart && { apart: true }) });
    console.log(terminalText(report(files, graph)));
  } finally {
    model.dispose();
  }
}

function answerOf({ task }: ExportCommandOptions, { preprocessing }: LoadedModel) {
  return task === undefined ? {} : { answer: { task, preprocessing } };
}

function report(files: readonly string[], { nodes, inputs, outputs }: OnnxGraph): string {
  const ports = [...inputs, ...outputs].map(({ name, dims }) => `  ${name} [${dims.join(', ')}]`);
  return [`${files.join(' and ')}: ${nodes.length} nodes`, ...ports].join('\n');
}

/** Finds out before anything is fetched or computed whether the file can be written. */
async function expectPlace(out: string, force: boolean): Promise<void> {
  const folder = path.dirname(out);
  const advice = '--force to replace it';
  await requireNewFiles('export', { outputs: [out, `${out}.data`], folder, force, advice });
  await makeFolder(folder).catch((error: unknown) => {
    throw new Error(`export: expected a folder ${folder} to write to, got ${systemReason(error)}`, { cause: error });
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
