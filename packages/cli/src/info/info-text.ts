import type { ModelDescription } from '@seg/models';

import type { ModelInfo } from './describe-model.ts';
import type { PassCost } from './measure-pass.ts';

/** Bytes of a number in float32, which everything is computed in. */
const FLOAT = 4;

/** Sixty characters of names of classes: the rest of a line beside its label on a terminal. */
const NAMES_WIDTH = 60;

/** Writes what is known of a model, a line for each. */
export function infoText(info: ModelInfo & { pass: PassCost | null }): string {
  const { model, system, config, tasks, published, numbers, parameters, size, activations } = info;
  const lines: [string, string][] = [
    ['model', model],
    ['system', config.model === system ? system : `${system} (${config.model})`],
    ['backbone', backboneOf(config)],
    ['tasks', tasks.join(', ')],
    ['classes', classesOf(info.categories)],
    ['images', preprocessingOf(info.preprocessing)],
    ['parameters', `${(numbers / 1e6).toFixed(1)} million numbers in ${parameters} tensors`],
    ['memory', memoryOf(numbers, size, activations)],
  ];
  if (info.pass !== null) lines.push(['a pass', passOf(info.pass)]);
  if (published !== null) {
    const { metric, value, data, hub, source } = published;
    lines.push(['published', `${metric} ${value.toFixed(1)} on ${data}, by its authors`], ['from', hub ?? source]);
  }
  const width = Math.max(...lines.map(([label]) => label.length));
  return lines.map(([label, text]) => `${label.padEnd(width)}  ${text}`).join('\n');
}

function backboneOf({ backbone }: ModelDescription['config']): string {
  const { type, depths, dims } = (backbone ?? {}) as { type?: string; depths?: number[]; dims?: number[] };
  if (type === undefined) return 'of the system itself';
  return `${type}${depths ? `, depths ${depths.join(' ')}` : ''}${dims ? `, channels ${dims.join(' ')}` : ''}`;
}

function classesOf(categories: ModelDescription['categories']): string {
  const things = categories.filter(({ isThing }) => isThing).length;
  const names = categories.map(({ name }) => name).join(', ');
  const shown = names.length > NAMES_WIDTH ? `${names.slice(0, NAMES_WIDTH)}...` : names;
  return `${categories.length} (${things} things): ${shown}`;
}

function preprocessingOf({ resize, divisor, reachDivisor }: ModelDescription['preprocessing']): string {
  const { kind, ...sizes } = resize;
  const named = Object.entries(sizes).map(([name, value]) => `${name} ${[value].flat().join('x')}`);
  const multiples =
    divisor > 1 ? `, sides ${reachDivisor === 'pad' ? 'padded' : 'resized'} to multiples of ${divisor}` : '';
  return `${[kind, ...named].join(' ')}${multiples}`;
}

function memoryOf(numbers: number, size: readonly number[] | null, activations: number | null): string {
  const weights = `${gigabytes(numbers)} of weights`;
  if (size === null || activations === null) return `${weights}; images keep their size, so a pass has no bound`;
  return `${weights}, about ${gigabytes(activations)} in a pass over ${size.join('x')} (within a factor of four)`;
}

function passOf({ size, operations, bytes }: PassCost): string {
  return `${(operations / 1e9).toFixed(1)} GFLOP over ${size.join('x')}, at most ${gigabytes(bytes / FLOAT)} of tensors at once`;
}

function gigabytes(numbers: number): string {
  return `${((FLOAT * numbers) / 1e9).toFixed(2)} GB`;
}
