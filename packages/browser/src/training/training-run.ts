import { fnv1a } from '@seg/core';
import type { MaskDataset } from '@seg/data';
import type { ModelDescription } from '@seg/models';
import type { Recipe } from '@seg/train';

import { baseName, type NamedPicture } from './annotated-pictures.ts';

/** All that made a training, as plain data: one that is kept goes on where it is the same. */
export type TrainingRun = {
  /** Place of the model, or its files, and what is in it. */
  model: unknown;
  classes: readonly string[];
  /** Name, size and hash of each. */
  photographs: unknown;
  annotations: unknown;
  validation: unknown;
  /** With the number of steps and the seed. */
  recipe: Recipe;
};

/** Parts of a training that tell what it is made of. */
export type TrainingParts = {
  place: string | readonly File[];
  description: ModelDescription;
  pictures: readonly NamedPicture[];
  training: MaskDataset;
  held: MaskDataset | undefined;
  recipe: Recipe;
};

/** Tells what made a training. @throws The signal's reason */
export async function trainingRun(
  { place, description, pictures, training, held, recipe }: TrainingParts,
  signal: AbortSignal,
): Promise<TrainingRun> {
  const { config, preprocessing } = description;
  const source = typeof place === 'string' ? place : await hashesOf(place.map(named), signal);
  const names = new Set([training, held].flatMap((data) => (data === undefined ? [] : namesOf(data))));
  const run = {
    model: { source, config, preprocessing },
    classes: training.categories.map(({ name }) => name),
    photographs: await hashesOf(
      pictures.filter(({ name }) => names.has(name)),
      signal,
    ),
    annotations: await masksOf(training),
    validation: held === undefined ? null : await masksOf(held),
    recipe,
  };
  return JSON.parse(JSON.stringify(run)) as TrainingRun; // as it is kept and compared
}

/** Fields in which two differ; all of them where one is not known. */
export function changedFields(before: TrainingRun | undefined, now: TrainingRun): string[] {
  const fields = Object.keys(now) as (keyof TrainingRun)[];
  return fields.filter((field) => JSON.stringify(before?.[field]) !== JSON.stringify(now[field]));
}

const named = (file: File): NamedPicture => ({ name: file.name, picture: file });

const namesOf = (data: MaskDataset): string[] => Array.from({ length: data.length }, (_, i) => baseName(data.name(i)));

/** Name, size and hash of files, in the order of their names: a page may have them in any. */
async function hashesOf(files: readonly NamedPicture[], signal: AbortSignal): Promise<unknown[]> {
  const found: [name: string, size: number, hash: number][] = [];
  for (const { name, picture } of files) {
    signal.throwIfAborted();
    const bytes = await bytesOf(picture);
    found.push([name, bytes.length, fnv1a(bytes)]);
  }
  return found.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Bytes of a file, or of an image that came as bytes. */
async function bytesOf(picture: Blob | { data: Uint8Array }): Promise<Uint8Array> {
  return 'data' in picture ? picture.data : new Uint8Array(await picture.arrayBuffer());
}

/** Images and their masks: the same objects in another file, or under other ids, are the same. */
async function masksOf(data: MaskDataset): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let i = 0; i < data.length; i++) {
    const { name, segments } = await data.read(i);
    const masks = segments.map(({ mask: { data: pixels, ...box }, ...rest }) => ({
      ...rest,
      box,
      hash: fnv1a(pixels),
    }));
    found.push([name, masks]);
  }
  return found;
}
