import type { ParamStore } from '@seg/core';

import type { ModelConfig, ModelDescription } from '../description/model-description.ts';
import { MASK2FORMER } from './mask2former/system.ts';
import { MASKFORMER } from './maskformer/system.ts';
import { MAX_DEEPLAB } from './max-deeplab/system.ts';
import { PANOPTIC_SEGFORMER } from './panoptic-segformer/system.ts';
import { SOLO } from './solo/system.ts';
import { type SegmentationModel, type System, systemOf } from './system.ts';

/** Every system of this package. Loading, inference and conversion know of systems what stands in this list. */
export const SYSTEMS = [MASK2FORMER, MASKFORMER, SOLO, MAX_DEEPLAB, PANOPTIC_SEGFORMER] as const;

type NamesOf<S> = S extends { presets: infer P } ? keyof P & string : never;

/** A name in {@link PRESETS}. */
export type PresetName = NamesOf<(typeof SYSTEMS)[number]>;

/**
 * Every published model by `<model>-<backbone>-<data set>`, and the task where there are models for several: the
 * contents of `config.json` of its folder. Configs and figures are cited where the configs are, in each system's
 * `presets.ts`; resolutions are those of the originals' tests.
 */
export const PRESETS: Readonly<Record<PresetName, ModelDescription>> = Object.assign(
  {},
  ...SYSTEMS.map(({ presets }) => presets),
);

/**
 * Builds the model of a config, its parameters declared in the store.
 *
 * @param systems Default: those of this package
 * @throws FormatError naming the field, where the config is not one of a known model
 */
export function buildModel(
  params: ParamStore,
  config: ModelConfig,
  systems: readonly System[] = SYSTEMS,
): SegmentationModel {
  return systemOf('buildModel', config, systems).build(params, config);
}
