import { expectValue } from '@seg/checkpoint/expect-options';
import { reviveBackend } from '@seg/core';
import type { ModelDescription } from './description/model-description.ts';
import { A_PLACE, expectLoadOptions } from './load-checks.ts';
import { type LoadOptions, openModelWith } from './open-model.ts';
import type { SegmentationModel } from './systems/system.ts';

/** A model with all that is needed to use it on images. */
export type LoadedModel = Omit<ModelDescription, 'config'> & {
  model: SegmentationModel;
  /** Keys of parameters that the weights did not give: heads of other categories, to be trained. Default: none. */
  fresh?: readonly string[];
};

/**
 * Loads a model from a folder, a URL, or a hub by `org/name[@revision]` or the URL of its page. A folder of that name on
 * this machine wins. In Node, models of a hub are kept in the cache that Python's tools share, in a page in the page's
 * cache; only the files that are needed are fetched, and none that is there.
 *
 * A folder is Hugging Face's as published (`config.json`, `preprocessor_config.json`, `model.safetensors`,
 * `pytorch_model.bin` or shards), or one that this project wrote, of any system. A single file of weights (see
 * {@link openWeights}) has a `config.json` beside it or comes with a description. Weights under the original
 * repositories' keys are recognized.
 *
 * @param description Of the weights, one of {@link PRESETS} for example, where no `config.json` says it
 * @throws FormatError where a file is not what it should be or cannot be had, or a system cannot have
 *   `options.categories`; CheckpointError with every key that does not fit; the reason of `options.signal`
 */
export async function loadModel(
  pathOrUrl: string,
  description?: ModelDescription,
  options: LoadOptions = {},
): Promise<LoadedModel> {
  expectLoadOptions('loadModel', options);
  expectValue('loadModel', 'pathOrUrl', pathOrUrl, A_PLACE);
  const opened = await openModelWith(null, pathOrUrl, description, options);
  options.signal?.throwIfAborted();
  await reviveBackend();
  const { config, ...rest } = opened.description;
  return { model: opened.build(opened.createParams()), fresh: opened.fresh, ...rest };
}
