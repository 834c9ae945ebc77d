import { renamed } from '@seg/checkpoint';
import { ParamStore } from '@seg/core';

import type { ModelDescription } from './description/model-description.ts';
import { readDescription } from './description/read-description.ts';
import { openLocation } from './folder/open-location.ts';
import { footprint } from './footprint.ts';
import type { SegmentationModel, System } from './systems/system.ts';
import { buildModel, SYSTEMS } from './systems/systems.ts';
import { isUnused, originalKeys } from './weights/key-namings.ts';
import { openWeightsAt, type WeightOptions } from './weights/open-weights.ts';

/** A model with all that is needed to use it on images. */
export type LoadedModel = Omit<ModelDescription, 'config'> & { model: SegmentationModel };

/** Options of loading. */
export type LoadOptions = WeightOptions & {
  /** Systems that the model may be of. Default: those of this package. */
  systems?: readonly System[];
};

/**
 * Loads a model from a folder, a URL, or a hub by `org/name[@revision]` or the URL of its page. A folder of that name on
 * this machine wins. In Node, models of a hub are kept in the cache that Python's tools share, in a page in the page's
 * cache; only the files that are needed are fetched, and none that is there.
 *
 * A folder is Hugging Face's as published (`config.json`, `preprocessor_config.json`, `model.safetensors`,
 * `pytorch_model.bin` or shards), or one that this project wrote, of any system. A single file of weights (see
 * {@link openWeightsAt}) has a `config.json` beside it or comes with a description. Weights under the original
 * repositories' keys are recognized.
 *
 * @param description Of the weights, one of {@link PRESETS} for example, where no `config.json` says it
 * @throws FormatError where a file is not what it should be or cannot be had; CheckpointError with every key that does not
 *   fit; the reason of `options.signal`
 */
export async function loadModel(
  pathOrUrl: string,
  description?: ModelDescription,
  options: LoadOptions = {},
): Promise<LoadedModel> {
  const { systems = SYSTEMS } = options;
  const location = await openLocation(pathOrUrl, options);
  const { config, ...rest } = description ?? (await readDescription(location.folder, systems));
  footprint(pathOrUrl, { config, ...rest }, systems); // refuses what no weights can be meant for
  const weights = await openWeightsAt(pathOrUrl, location, options);
  const params = new ParamStore(renamed(weights, originalKeys(config, weights.keys(), systems)));
  try {
    options.signal?.throwIfAborted();
    const model = buildModel(params, config, systems);
    params.verify((key) => isUnused(config, key, systems));
    return { model, ...rest };
  } catch (error) {
    params.dispose();
    throw error;
  }
}
