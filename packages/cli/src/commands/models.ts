import { useBackend } from '@seg/core';
import { parametersOf, ZOO, type ZooEntry } from '@seg/models/zoo';
import { enableProdMode } from '@tensorflow/tfjs-core';
import { Command } from 'commander';

import { formatTable } from '../render/table.ts';

const HEADER = ['preset', 'system', 'backbone', 'data', 'task', 'published', 'M parameters', 'from'];

/** `seg models [WORDS...]`: every published model that loads. */
export function modelsCommand(print: (text: string) => void = (text) => console.log(text)): Command {
  return new Command('models')
    .description('list the published models: system, backbone, data, task, published figure, parameters, where from')
    .argument('[words...]', 'show only models in whose line all of these are: swin-l coco, solo')
    .option('--json', 'print JSON instead of a table')
    .addHelpText(
      'after',
      '\nA model "from" a name on the hub or a file loads by it, or by its preset (--model); a page has files for seg convert.',
    )
    .action(async (words: string[], { json }: { json?: boolean }) => {
      enableProdMode(); // nothing is computed, so TensorFlow.js need not advise a faster backend
      await useBackend('cpu');
      const entries = ZOO.filter((entry) => hasAll(entry, words));
      if (entries.length === 0) throw new Error(`models: expected words of published models, got ${words.join(' ')}`);
      print(json ? jsonOf(entries) : `${formatTable(HEADER, entries.map(rowOf))}\n${entries.length} models`);
    });
}

function hasAll(entry: ZooEntry, words: readonly string[]): boolean {
  const line = Object.values(entry).join(' ').toLowerCase();
  return words.every((word) => line.includes(word.toLowerCase()));
}

function rowOf(entry: ZooEntry): (string | number)[] {
  const { preset, system, backbone, data, task, metric, value, hub, url, source } = entry;
  const parameters = (parametersOf(entry) / 1e6).toFixed(1);
  return [preset, system, backbone, data, task, `${metric} ${value.toFixed(1)}`, parameters, hub ?? url ?? source];
}

function jsonOf(entries: readonly ZooEntry[]): string {
  return JSON.stringify(entries.map((entry) => ({ ...entry, parameters: parametersOf(entry) })));
}
