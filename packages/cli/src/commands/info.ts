import { type Size, useBackend } from '@seg/core';
import { enableProdMode } from '@tensorflow/tfjs-core';
import { Command } from 'commander';

import { describeModel } from '../info/describe-model.ts';
import { infoText } from '../info/info-text.ts';
import { measurePass } from '../info/measure-pass.ts';
import { imageSize } from '../process/image-size.ts';
import { terminalText } from '../render/terminal-text.ts';

/** `seg info MODEL`: what a model is and takes, by its config alone. */
export function infoCommand(print: (text: string) => void = (text) => console.log(text)): Command {
  return new Command('info')
    .description('tell of a model, by its config alone: system, tasks, classes, preprocessing, parameters, memory')
    .argument(
      '<model>',
      'folder, URL, org/name[@revision] on the Hugging Face hub, a preset of seg models, or a small model of seg train',
    )
    .option(
      '--size <HxW>',
      'run a pass over an image of this size behind preprocessing, and tell its operations and memory',
      imageSize,
    )
    .option('--json', 'print JSON instead of text')
    .action(async (model: string, { json, size }: { json?: boolean; size?: Size }) => {
      enableProdMode(); // without a pass nothing is computed, so TensorFlow.js need not advise a faster backend
      await useBackend(size === undefined ? 'cpu' : 'wasm');
      const described = await describeModel(model);
      const info = { ...described, pass: size === undefined ? null : measurePass(described, size) };
      print(json ? JSON.stringify(info) : terminalText(infoText(info)));
    });
}
