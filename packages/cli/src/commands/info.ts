import { useBackend } from '@seg/core';
import { enableProdMode } from '@tensorflow/tfjs-core';
import { Command } from 'commander';

import { describeModel } from '../info/describe-model.ts';
import { infoText } from '../info/info-text.ts';
import { terminalText } from '../render/terminal-text.ts';

/** `seg info MODEL`: what a model is and takes, by its config alone. */
export function infoCommand(print: (text: string) => void = (text) => console.log(text)): Command {
  return new Command('info')
    .description('tell of a model, by its config alone: system, tasks, classes, preprocessing, parameters, memory')
    .argument('<model>', 'folder, URL, org/name[@revision] on the Hugging Face hub, or a preset of seg models')
    .option('--json', 'print JSON instead of text')
    .action(async (model: string, { json }: { json?: boolean }) => {
      enableProdMode(); // nothing is computed, so TensorFlow.js need not advise a faster backend
      await useBackend('cpu');
      const info = await describeModel(model);
      print(json ? JSON.stringify(info) : terminalText(infoText(info)));
    });
}
