import { useBackend } from '@seg/core';
import { PRESETS } from '@seg/models';
import { enableProdMode } from '@tensorflow/tfjs-core';
import { Command, Option } from 'commander';

import { type Conversion, type ConvertOptions, convertCheckpoint, PRECISIONS } from '../convert/convert-checkpoint.ts';
import { DownloadLines } from '../render/download-progress.ts';
import { Progress } from '../render/progress.ts';
import { terminalText } from '../render/terminal-text.ts';

/** `seg convert IN OUT`: a published checkpoint in, a model folder out. */
export function convertCommand(): Command {
  return new Command('convert')
    .description('make a model folder of a checkpoint: Hugging Face, detectron2, mmdetection, the authors, TensorFlow')
    .argument('<in>', 'folder, file (.safetensors .bin .pth .pkl), prefix of a TensorFlow checkpoint, or their URL')
    .argument('<out>', 'new folder for config.json and model.safetensors')
    .option('--preset <name>', 'published configuration that the weights are of, where no config.json says it')
    .addOption(
      new Option('--dtype <type>', 'numbers of 32, 16 or 8 bits; q8 has a scale a row (docs/quantized-weights.md)')
        .choices(Object.keys(PRECISIONS))
        .default('f32'),
    )
    .addOption(
      new Option(
        '--keys <naming>',
        "whose names the weights get: ours, the authors', mmdetection's (SOLO), a state dict's of transformers 5",
      )
        .choices(['own', 'original', 'mmdetection', 'transformers-5'])
        .default('own'),
    )
    .addHelpText('after', () => `\nPresets:\n  ${Object.keys(PRESETS).join('\n  ')}`)
    .action(async (input: string, output: string, options: ConvertOptions) => {
      enableProdMode(); // nothing is computed, so TensorFlow.js need not advise a faster backend
      await useBackend('cpu');
      const [downloads, progress] = [new DownloadLines(), new Progress()];
      const onTensor = everyTenth((done, total) => progress.show(done, total, `tensors of ${output}`));
      const watcher = { onDownload: downloads.show, onTensor };
      const done = await convertCheckpoint(input, output, options, watcher).finally(() => progress.clear());
      console.log(terminalText(report(output, done)));
    });
}

/** Ten steps of a log; a terminal sees them pass. */
function everyTenth(show: (done: number, total: number) => void): (done: number, total: number) => void {
  return (done, total) => {
    if (done % Math.max(1, Math.ceil(total / 10)) === 0) show(done, total);
  };
}

function report(output: string, { model, tensors, parameters, leftOut }: Conversion): string {
  const written = `${output}: ${model}, ${tensors} tensors, ${(parameters / 1e6).toFixed(2)} million numbers`;
  if (leftOut.length === 0) return written;
  const some = leftOut.slice(0, 3).join(', ');
  return `${written}\nleft out: ${some}${leftOut.length > 3 ? `, and ${leftOut.length - 3} more` : ''}`;
}
