import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Category } from '@seg/image';
import { type OpenModel, openModel, PRESETS, type PresetName } from '@seg/models';
import { SMALL_MODELS, smallModel } from '@seg/train';

import { DownloadLines } from '../render/download-progress.ts';

/** A model to train, and whether it starts from nothing. */
export type TrainingModel = {
  opened: OpenModel;
  isNew: boolean;
  /** Name of the preset, where it is one. */
  preset: PresetName | null;
};

/** Small model that has seen generated scenes: shapes are known to it, which saves a set of ten images half of its steps. */
const START = {
  model: 'mask2former',
  folder: fileURLToPath(new URL('../../starts/mask2former', import.meta.url)),
} as const;

/**
 * Opens a model for other categories: a folder, URL or name on a hub with its weights; a preset or a small model without.
 * A folder on this machine wins over a name.
 *
 * @param categories Default: those that the model has
 */
export async function openTrainingModel(
  model: string,
  categories: readonly Category[] | undefined,
  backbone: string | undefined,
): Promise<TrainingModel> {
  const preset = !existsSync(model) && isPreset(model) ? model : null;
  const small = existsSync(model) ? undefined : SMALL_MODELS.find((known) => known === model);
  if (small !== undefined && backbone === undefined && small === START.model) {
    const { preprocessing } = smallModel(small);
    const opened = await openModel(START.folder, undefined, { categories });
    return { opened: { ...opened, description: { ...opened.description, preprocessing } }, isNew: true, preset };
  }
  const description = preset !== null ? PRESETS[preset] : small && smallModel(small);
  if (description !== undefined) {
    const opened = await openModel(model, description, { weights: false, categories, backbone });
    return { opened, isNew: true, preset };
  }
  const lines = new DownloadLines();
  const opened = await openModel(model, undefined, { categories, backbone, onProgress: lines.show }).finally(() =>
    lines.clear(),
  );
  return { opened, isNew: false, preset };
}

function isPreset(model: string): model is PresetName {
  return Object.hasOwn(PRESETS, model);
}
