import { expectValue } from '@seg/checkpoint/expect-options';
import { FormatError, finiteSource, type ParamSource } from '@seg/checkpoint/safetensors';
import type { ModelFolder, ModelLocation } from '../folder/model-folder.ts';
import { openLocation } from '../folder/open-location.ts';
import type { HubOptions } from '../hub/hub-options.ts';
import { A_PLACE, expectLoading } from '../load-checks.ts';
import { openWeightFile } from './weight-files.ts';

/** Names of a folder's weights, by safetensors and by older exports of PyTorch; the first present is read. */
const FILES = [
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
] as const;

/** Options of reading weights. */
export type WeightOptions = HubOptions & {
  /** Take weights that are NaN or infinite, which are refused otherwise. Default: false. */
  allowNonFinite?: boolean;
};

/**
 * The weights of a folder: `model.safetensors` or `pytorch_model.bin`, or their shards by an index beside them.
 *
 * @throws FormatError naming the file, with all that is wrong
 */
async function readWeights(folder: ModelFolder): Promise<ParamSource> {
  for (const file of FILES) {
    const weights = await openWeightFile(folder, file);
    if (weights !== null) return weights;
  }
  throw new FormatError(`${folder.name}: expected ${FILES.join(' or ')}, got none`);
}

/**
 * Opens the weights at a path, a URL or a name on a hub, under the keys that they have there: a folder
 * (`model.safetensors`, `pytorch_model.bin` or shards of either), a file of safetensors, of PyTorch or of pickled numpy
 * arrays, or the prefix or index of a TensorFlow checkpoint. Recognized by content; tensors are read when asked for, from disk by range.
 *
 * @throws FormatError naming the file, with all that is wrong; from `read`, the key whose values are not finite
 */
export async function openWeights(pathOrUrl: string, options: WeightOptions = {}): Promise<ParamSource> {
  expectLoading('openWeights', options);
  expectValue('openWeights', 'pathOrUrl', pathOrUrl, A_PLACE);
  return openWeightsAt(pathOrUrl, await openLocation(pathOrUrl, options), options);
}

/** Like {@link openWeights}, of a location that is open. @param where Names it in errors */
export async function openWeightsAt(
  where: string,
  location: ModelLocation,
  options: WeightOptions,
): Promise<ParamSource> {
  const weights = await openAny(where, location);
  return options.allowNonFinite ? weights : finiteSource(weights, where);
}

async function openAny(pathOrUrl: string, { folder, file }: ModelLocation): Promise<ParamSource> {
  if (file === null) return readWeights(folder);
  const weights = (await openWeightFile(folder, file)) ?? (await openWeightFile(folder, `${file}.index`));
  if (weights === null) throw new FormatError(`${pathOrUrl}: expected a folder or file of weights, got nothing`);
  return weights;
}
