import { FormatError, ParamStore, renamed } from '@seg/core';

import type { Mask2FormerConfig } from '../mask2former/config.ts';
import { type HuggingFaceMask2Former, readMask2FormerConfig } from '../mask2former/hugging-face.ts';
import type { MaskFormerConfig } from '../maskformer/config.ts';
import { type HuggingFaceMaskFormer, readMaskFormerConfig } from '../maskformer/hugging-face.ts';
import { type HuggingFacePreprocessor, ORIGINAL_PREPROCESSING, readPreprocessing } from '../preprocess.ts';
import { buildModel, type SegmentationModel } from './build-model.ts';
import { categoriesFromLabels } from './categories.ts';
import type { ModelDescription, OwnConfig } from './model-description.ts';
import { openModelFolder, readJson, readOptionalJson } from './model-folder.ts';
import { originalKeys } from './original-keys.ts';
import { readOwnConfig } from './own-config.ts';
import { readWeights } from './read-weights.ts';

/** A model with all that is needed to use it on images. */
export type LoadedModel = Omit<ModelDescription, 'config'> & { model: SegmentationModel };

type HuggingFaceConfig = { model_type?: string; id2label?: Record<string, string> };

/** Keys that published checkpoints hold beside the model's: buffers, the criterion, what newer exports add. */
const UNUSED = [
  /relative_position_index$/,
  /num_batches_tracked$/,
  /^criterion\./,
  /\.encoder\.swin\.layernorm\./,
  /\.encoder\.model\.layernorm\./,
];

/**
 * Loads a model from a folder or URL: a Hugging Face folder as published (`config.json`, `preprocessor_config.json`,
 * `model.safetensors` or shards), or one that this project wrote, of any system. Weights under the original
 * repositories' keys are recognized.
 *
 * @throws FormatError where a file is not what it should be; CheckpointError with every key that does not fit
 */
export async function loadModel(pathOrUrl: string): Promise<LoadedModel> {
  const folder = await openModelFolder(pathOrUrl);
  const json = await readJson<HuggingFaceConfig | OwnConfig>(folder, 'config.json');
  const where = `${folder.name}/config.json`;
  const preprocessor = await readOptionalJson<HuggingFacePreprocessor>(folder, 'preprocessor_config.json');
  const { config, ...rest } =
    'format' in json ? readOwnConfig(where, json) : readHuggingFace(where, json, preprocessor);
  const weights = await readWeights(folder);
  const params = new ParamStore(renamed(weights, originalKeys(config, weights.keys())));
  const model = buildModel(params, config);
  params.verify((key) => UNUSED.some((pattern) => pattern.test(key)));
  return { model, ...rest };
}

function readHuggingFace(
  where: string,
  json: HuggingFaceConfig,
  preprocessor: HuggingFacePreprocessor | null,
): ModelDescription {
  const config = readConfig(where, json);
  const labels =
    json.id2label ?? Object.fromEntries(Array.from({ length: config.numClasses }, (_, i) => [i, `class ${i}`]));
  const preprocessing = preprocessor
    ? readPreprocessing(`${where}: preprocessor`, preprocessor)
    : ORIGINAL_PREPROCESSING;
  return { config, categories: categoriesFromLabels(labels), preprocessing };
}

function readConfig(where: string, json: HuggingFaceConfig): Mask2FormerConfig | MaskFormerConfig {
  switch (json.model_type) {
    case 'mask2former':
      return readMask2FormerConfig(where, json as HuggingFaceMask2Former & HuggingFaceConfig);
    case 'maskformer':
      return readMaskFormerConfig(where, json as HuggingFaceMaskFormer & HuggingFaceConfig);
    default:
      throw new FormatError(
        `${where}: expected model_type mask2former or maskformer, got ${JSON.stringify(json.model_type)}`,
      );
  }
}
