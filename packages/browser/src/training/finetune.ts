import { type ByteSource, bytesOf, openSafetensors, type StoredValue } from '@seg/checkpoint/safetensors';
import type { MaskDataset } from '@seg/data';
import {
  type DownloadProgress,
  modelFiles,
  type OpenModel,
  openModel,
  type SegmentationModel,
  Segmenter,
} from '@seg/models';
import { layInstances } from '@seg/postprocess';
import {
  type FitEvent,
  type FitModelOptions,
  fitModel,
  modelWeights,
  type Recipe,
  trainedDescription,
} from '@seg/train';

import { folderOfFiles } from '../folder-of-files.ts';
import { annotatedPictures } from './annotated-pictures.ts';
import { checkChoices, chosenRecipe } from './chosen-recipe.ts';
import { withClassesOf } from './classes-by-name.ts';
import type { FinetuneCall, FinetuneNews } from './finetune-call.ts';
import { trainingDatabase } from './training-database.ts';
import { type TrainingRun, trainingRun } from './training-run.ts';

/** Pictures are kept with twice the side of the crops: scale jitter enlarges by two at most. */
const SIDE_OF_PICTURES = 2;

/** Photographs of the validation that are told of: as many as stand beside each other. */
const PICTURES = 4;

/** Files of the model that a training gave, and a segmenter with it. */
export type Finetuned = { files: Map<string, Uint8Array>; segmenter: Segmenter; reason: string; step: number };

/** Ears of whoever fine-tunes. */
export type FinetuneEars = {
  tell(news: FinetuneNews): void;
  /** Called when all was read and checked: what is in memory for others can go. */
  begin(): void;
};

/** Fine-tunes a model on photographs of the caller, and tells of it. */
export async function finetune(call: FinetuneCall, signal: AbortSignal, ears: FinetuneEars): Promise<Finetuned> {
  const { place, pictures, annotations, validation, options, storage } = call;
  const { tell } = ears;
  checkChoices(options);
  const size = options.size ?? 256;
  const reading = { maxSide: SIDE_OF_PICTURES * size, signal };
  const training = await annotatedPictures(pictures, annotations, { ...reading, name: 'annotations' });
  const held = validation === undefined ? undefined : await validationOf(call, training, reading);
  const folder = typeof place === 'string' ? place : folderOfFiles(place);
  const onProgress = (progress: DownloadProgress) => tell({ type: 'download', ...progress });
  const model = await openModel(folder, undefined, { categories: training.categories, signal, onProgress });
  tell({ type: 'data', training: training.length, validation: held?.length ?? 0 });
  const { description } = model;
  const recipe = chosenRecipe(description.config, options, training.length);
  const run = await trainingRun({ place, description, pictures, training, held, recipe }, signal);
  return train({ model, training, held, recipe, run, storage }, signal, ears);
}

async function validationOf(
  { pictures, validation }: FinetuneCall,
  training: MaskDataset,
  reading: { maxSide: number; signal: AbortSignal },
): Promise<MaskDataset> {
  const name = 'validation';
  return withClassesOf(training, await annotatedPictures(pictures, validation, { ...reading, name }), name);
}

type PreparedTraining = {
  model: OpenModel;
  training: MaskDataset;
  held: MaskDataset | undefined;
  recipe: Recipe;
  run: TrainingRun;
  storage: string;
};

async function train(
  { model, training, held, recipe, run, storage: name }: PreparedTraining,
  signal: AbortSignal,
  { tell, begin }: FinetuneEars,
): Promise<Finetuned> {
  const storage = trainingDatabase(name, run, tell);
  const data = { training, validation: held };
  const things = new Set(training.categories.keys());
  const onImage: FitModelOptions['onImage'] = ({ sample, found }, index) => {
    if (index >= PICTURES || !('instances' in found)) return;
    const map = layInstances(found, { things });
    tell({ type: 'picture', index, name: sample.name, image: sample.image, map });
  };
  const events = fitModel({ model, data, recipe, task: 'instance', storage, signal, onImage });
  begin();
  for await (const event of events) {
    if (event.type === 'end') return ended(model, recipe, event, storage.best());
    if (event.type !== 'checkpoint' || storage.isKept()) tell(newsOf(event));
  }
  throw new Error('finetune: expected an end of the training, got none');
}

/** A copy of an event that can be sent. */
function newsOf(event: Exclude<FitEvent<SegmentationModel>, { type: 'end' }>): FinetuneNews {
  return { ...event } as FinetuneNews;
}

async function ended(
  opened: OpenModel,
  recipe: Recipe,
  { model, reason, step }: Extract<FitEvent<SegmentationModel>, { type: 'end' }>,
  best: Uint8Array | undefined,
): Promise<Finetuned> {
  const { config, ...description } = trainedDescription({ model: opened, recipe });
  const weights = new Map<string, StoredValue>();
  for await (const [key, value] of modelWeights(model)) weights.set(key, value);
  if (best !== undefined) takeBest(weights, best);
  const files = await modelFiles({ config, ...description }, weights);
  model.dispose();
  const folder = { name: 'the trained model', open: async (name: string) => sourceOf(name, files.get(name)) };
  const saved = await openModel(folder);
  return {
    files,
    segmenter: new Segmenter({ model: saved.build(saved.createParams()), ...description }),
    reason,
    step,
  };
}

function sourceOf(name: string, bytes: Uint8Array | undefined): ByteSource | null {
  return bytes === undefined ? null : bytesOf(name, bytes.slice()); // the files are given away, and weights are read again
}

/** Puts the parameters of the best validation in the place of the last. */
function takeBest(weights: Map<string, StoredValue>, best: Uint8Array): void {
  const tensors = openSafetensors(bytesOf('the best parameters', best));
  for (const key of weights.keys()) {
    const value = tensors.read(key);
    if (value !== null) weights.set(key, value);
  }
}
