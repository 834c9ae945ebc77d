import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import type { BackendInfo } from '@seg/core';
import type { ZooEntry } from '@seg/models/zoo';

/** A published figure beside the one that was measured. */
export type Reproduction = Pick<ZooEntry, 'preset' | 'data' | 'task' | 'metric'> & {
  /** In percent. */
  published: number;
  /** In percent, of `images` of the set's `total`. */
  measured: number;
  images: number;
  total: number;
  /** Place that the weights came from. */
  model: string;
  /** Mean time of an image in this run, from file to files; null where an earlier run had predicted all. */
  secondsPerImage: number | null;
  date: string;
  versions: { seg: string; tfjs: string; node: string; backend: string; machine: string };
};

/** Versions of all that takes part. */
export function versionsOf({ name, description }: Pick<BackendInfo, 'name' | 'description'>): Reproduction['versions'] {
  const own = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  const tfjs = createRequire(import.meta.url)('@tensorflow/tfjs-core/package.json') as { version: string };
  const processors = cpus();
  return {
    seg: own.version,
    tfjs: tfjs.version,
    node: process.versions.node,
    backend: `${name}: ${description}`,
    machine: `${processors.length} x ${processors[0]?.model.trim() ?? process.arch}`,
  };
}

/** The lines that the command prints. A part of a set is never put forward as the published figure. */
export function reproductionText(found: Reproduction): string {
  const { preset, data, metric, published, measured, images, total, secondsPerImage, versions } = found;
  const figure = `${preset}: ${metric} ${measured.toFixed(1)} here, ${published.toFixed(1)} published, on ${data}`;
  const part = `a part of the set, ${images} of ${total} images: not the published figure`;
  const time = secondsPerImage === null ? 'predicted by an earlier run' : `${secondsPerImage.toFixed(2)} s an image`;
  const { seg, tfjs, node, backend, machine } = versions;
  return [
    figure,
    images === total ? `all ${total} images` : part,
    time,
    `@seg/cli ${seg}, tfjs ${tfjs}, Node ${node}, ${backend}, ${machine}`,
  ].join('\n');
}
