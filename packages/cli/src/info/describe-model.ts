import { existsSync } from 'node:fs';
import {
  type Footprint,
  footprint,
  type ModelDescription,
  openLocation,
  PRESETS,
  type PresetName,
  readDescription,
  SYSTEMS,
} from '@seg/models';
import { ZOO, type ZooEntry } from '@seg/models/zoo';
import { SMALL_MODELS, smallModel } from '@seg/train';

/** Everything that a config says of a model, and what follows from it. */
export type ModelInfo = ModelDescription &
  Footprint & {
    model: string;
    system: string;
    tasks: readonly string[];
    /** Its authors' figure and release, where it is one of the published. */
    published: ZooEntry | null;
  };

/**
 * Tells of a model by its config alone; no weights are read. Needs a started backend.
 *
 * @param model Preset, small model of `seg train`, folder, URL, or name on a hub. A folder on this machine wins over a preset of its name
 * @throws FormatError naming the field, where the config is not one
 */
export async function describeModel(model: string): Promise<ModelInfo> {
  const description = await describe(model);
  const system = SYSTEMS.find(({ models }) => models.some((name) => name === description.config.model))!;
  return {
    model,
    system: system.name,
    tasks: system.tasks,
    published: ZOO.find(({ preset, hub }) => preset === model || hub === model) ?? null,
    ...footprint(model, description),
    ...description,
  };
}

async function describe(model: string): Promise<ModelDescription> {
  if (!existsSync(model) && Object.hasOwn(PRESETS, model)) return PRESETS[model as PresetName];
  const small = existsSync(model) ? undefined : SMALL_MODELS.find((known) => known === model);
  if (small !== undefined) return smallModel(small);
  return readDescription((await openLocation(model)).folder);
}
