import { existsSync } from 'node:fs';
import type { Category } from '@seg/image';
import { type ModelDescription, type OpenModel, openModel, PRESETS, type PresetName } from '@seg/models';
import { SMALL_MODELS, type SmallModelName, smallModel } from '@seg/train';

import { DownloadLines } from '../render/download-progress.ts';

/** A model to train, and whether it starts from nothing. */
export type TrainingModel = {
  opened: OpenModel;
  isNew: boolean;
  /** Name of the preset, where it is one. */
  preset: PresetName | null;
};

/** Largest crop of small models in pixels, on which their resize is laid out. */
const SMALL_SIZE = 256;

/**
 * Opens a model for other categories: a folder, URL or name on a hub with its weights; a preset or a small model without.
 * A folder on this machine wins over a name.
 */
export async function openTrainingModel(
  model: string,
  categories: readonly Category[],
  backbone: string | undefined,
): Promise<TrainingModel> {
  const preset = !existsSync(model) && isPreset(model) ? model : null;
  const description = preset !== null ? PRESETS[preset] : smallDescription(model);
  if (description !== null) {
    const opened = await openModel(model, description, { weights: false, categories, backbone });
    return { opened, isNew: true, preset };
  }
  const lines = new DownloadLines();
  const opened = await openModel(model, undefined, { categories, backbone, onProgress: lines.show }).finally(() =>
    lines.clear(),
  );
  return { opened, isNew: false, preset };
}

function smallDescription(model: string): ModelDescription | null {
  const name = SMALL_MODELS.find((known) => known === model);
  return name === undefined || existsSync(model) ? null : smallModel(name satisfies SmallModelName, SMALL_SIZE);
}

function isPreset(model: string): model is PresetName {
  return Object.hasOwn(PRESETS, model);
}
