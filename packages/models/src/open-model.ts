import { expectValue, type OptionCheck } from '@seg/checkpoint/expect-options';
import { FormatError, type ParamSource, renamed } from '@seg/checkpoint/safetensors';
import { ParamStore } from '@seg/core';
import type { Category } from '@seg/image';
import { adoptBackbone } from './backbones/adopt-backbone.ts';
import type { ModelConfig, ModelDescription } from './description/model-description.ts';
import { readDescription } from './description/read-description.ts';
import type { ModelFolder, ModelLocation } from './folder/model-folder.ts';
import { openLocation } from './folder/open-location.ts';
import { footprint } from './footprint.ts';
import type { Task } from './inference/task.ts';
import { A_PLACE, expectLoading } from './load-checks.ts';
import { type SegmentationModel, type System, systemOf } from './systems/system.ts';
import { buildModel, SYSTEMS } from './systems/systems.ts';
import { isUnused, originalKeys } from './weights/key-namings.ts';
import { openWeights, openWeightsAt, type WeightOptions } from './weights/open-weights.ts';

/** Options of loading. */
export type LoadOptions = WeightOptions & {
  /** Systems that the model may be of. Default: those of this package. */
  systems?: readonly System[];
  /**
   * Categories to learn instead of the model's own. Every parameter that fits is kept; those whose shape depends on the
   * number of classes are initialized where that number differs. Panoptic SegFormer counts things before stuff: the
   * description has them in its order, with their ids.
   */
  categories?: readonly Category[];
};

/** A model whose description has been read and whose weights are open, ready to be built. */
export type OpenModel = {
  description: ModelDescription;
  /** Tasks that it answers, first the one that it is for. */
  tasks: readonly Task[];
  /** Keys of parameters that the weights do not give, because they depend on the number of classes. */
  fresh: readonly string[];
  /** A store that fills parameters from the weights. Seed the initializers first for those in `fresh`. */
  createParams(): ParamStore;
  /** @throws CheckpointError with every key that does not fit; the store is then disposed */
  build(params: ParamStore): SegmentationModel;
};

/** Options of {@link openModel}. */
export type OpenOptions = LoadOptions & {
  /** False initializes every parameter: the description alone counts, of a preset for example. Default: true. */
  weights?: boolean;
  /**
   * Weights of the backbone alone, of torchvision, timm, detectron2, the authors or Hugging Face: a path, URL or name on a
   * hub. Default: those of the model, if any.
   */
  backbone?: string;
};

const A_PLACE_OR_FOLDER: OptionCheck = [
  'a path, URL, name or folder',
  (value) => A_PLACE[1](value) || typeof (value as ModelFolder | null)?.open === 'function',
];

/**
 * Opens a model without building it: {@link loadModel} in two steps, for training.
 *
 * @param place Path, URL or name as of `loadModel`, or a folder of the caller's, whose files may be anywhere
 * @throws FormatError where a file is not what it should be or cannot be had, or a system cannot have the categories
 */
export async function openModel(
  place: string | ModelFolder,
  description?: ModelDescription,
  options: OpenOptions = {},
): Promise<OpenModel> {
  expectLoading('openModel', options);
  expectValue('openModel', 'place', place, A_PLACE_OR_FOLDER);
  return openModelWith(adoptBackbone, place, description, options);
}

/** {@link openModel} whose way to take weights of a backbone is given, or null: a page that only segments has none of it. */
export async function openModelWith(
  adopt: typeof adoptBackbone | null,
  place: string | ModelFolder,
  description: ModelDescription | undefined,
  options: OpenOptions,
): Promise<OpenModel> {
  const { systems = SYSTEMS, categories, backbone, weights: hasWeights = true } = options;
  const pathOrUrl = typeof place === 'string' ? place : place.name;
  const isNamed = description !== undefined && !hasWeights;
  const location = isNamed ? null : await locationOf(place, options);
  const published = description ?? (await readDescription(location!.folder, systems));
  const own = categories === undefined ? published : withCategories(published, categories, systems);
  footprint(pathOrUrl, own, systems); // refuses what no weights can be meant for
  const weights = location !== null && hasWeights ? await openWeightsAt(pathOrUrl, location, options) : null;
  const pretrained = backbone === undefined ? null : { where: backbone, source: await openWeights(backbone, options) };
  const fresh = categories === undefined ? [] : classKeys(published.config, own.config, systems);
  const { tasks } = systemOf(pathOrUrl, own.config, systems);
  const adopted = adopt && pretrained && ((params: ParamStore) => adopt(pretrained.where, params, own.config, pretrained.source)); // biome-ignore format: one step
  return { description: own, tasks, fresh, ...builders(own.config, { weights, adopted, fresh }, systems) };
}

/** @param place A folder that is open, or where one is */
async function locationOf(place: string | ModelFolder, options: LoadOptions): Promise<ModelLocation> {
  return typeof place === 'string' ? openLocation(place, options) : { folder: place, file: null };
}

type Sources = {
  weights: ParamSource | null;
  /** Puts weights of the backbone in. */
  adopted: ((params: ParamStore) => void) | null;
  fresh: readonly string[];
};

function builders(
  config: ModelConfig,
  { weights, adopted, fresh }: Sources,
  systems: readonly System[],
): Pick<OpenModel, 'createParams' | 'build'> {
  const source = weights && renamed(weights, originalKeys(config, weights.keys(), systems));
  return {
    createParams: () => new ParamStore(source, undefined, fresh),
    build: (params) => {
      try {
        const model = buildModel(params, config, systems);
        params.verify((key) => isUnused(config, key, systems));
        adopted?.(params);
        return model;
      } catch (error) {
        params.dispose();
        throw error;
      }
    },
  };
}

function withCategories(
  published: ModelDescription,
  categories: readonly Category[],
  systems: readonly System[],
): ModelDescription {
  const system = systemOf('openModel', published.config, systems);
  const ordered = system.ordered(categories);
  const config = system.withCategories(published.config, ordered);
  if (system.numClasses(config) !== categories.length) {
    throw new FormatError(
      `openModel: expected a config of ${categories.length} classes, got ${system.numClasses(config)}`,
    );
  }
  return { ...published, config, categories: ordered };
}

/** Keys of parameters that one config has and another lacks or shapes otherwise. */
function classKeys(before: ModelConfig, after: ModelConfig, systems: readonly System[]): string[] {
  const [old, now] = [before, after].map((config) => shapesOf(config, systems));
  return [...now].filter(([key, shape]) => old.get(key)?.join() !== shape.join()).map(([key]) => key);
}

function shapesOf(config: ModelConfig, systems: readonly System[]): ReadonlyMap<string, readonly number[]> {
  const params = new ParamStore('shapes');
  try {
    buildModel(params, config, systems);
    return params.shapes;
  } finally {
    params.dispose();
  }
}
