import { FormatError, ParamStore, renamed } from '@seg/core';

import type { Mask2FormerConfig } from '../mask2former/config.ts';
import { type HuggingFaceMask2Former, readMask2FormerConfig } from '../mask2former/hugging-face.ts';
import { MASK2FORMER_ORIGINAL_KEYS } from '../mask2former/key-map.ts';
import { Mask2Former } from '../mask2former/mask2former.ts';
import { type HuggingFacePreprocessor, ORIGINAL_PREPROCESSING, type Preprocessing, readPreprocessing } from '../preprocess.ts';
import { type Category, categoriesFromLabels } from './categories.ts';
import { openModelFolder, readJson, readOptionalJson } from './model-folder.ts';
import { readWeights } from './read-weights.ts';

/** A model with all that is needed to use it on images. */
export type LoadedModel = {
  model: Mask2Former;
  categories: Category[];
  preprocessing: Preprocessing;
};

/** `config.json` of a folder that this project wrote. */
export type OwnConfig = {
  format: 'seg-model-1';
  config: Mask2FormerConfig;
  categories: Category[];
  preprocessing: Preprocessing;
};

type HuggingFaceConfig = HuggingFaceMask2Former & { model_type?: string };
type Description = { config: Mask2FormerConfig; categories: Category[]; preprocessing: Preprocessing };

/** Keys that published checkpoints hold beside the model's: buffers, the criterion, what newer exports add. */
const UNUSED = [/relative_position_index$/, /num_batches_tracked$/, /^criterion\./, /\.encoder\.swin\.layernorm\./];

/**
 * Loads a model from a folder or URL: a Hugging Face folder as published (`config.json`, `preprocessor_config.json`,
 * `model.safetensors` or shards), or one that this project trained. Weights under detectron2's original keys are
 * recognized.
 *
 * @throws FormatError where a file is not what it should be; CheckpointError with every key that does not fit
 */
export async function loadModel(pathOrUrl: string): Promise<LoadedModel> {
  const folder = await openModelFolder(pathOrUrl);
  const json = await readJson<HuggingFaceConfig | OwnConfig>(folder, 'config.json');
  const where = `${folder.name}/config.json`;
  const preprocessor = await readOptionalJson<HuggingFacePreprocessor>(folder, 'preprocessor_config.json');
  const { config, categories, preprocessing } =
    'format' in json ? readOwn(where, json) : readHuggingFace(where, json, preprocessor);
  const weights = await readWeights(folder);
  const isOriginal = [...weights.keys()].some((key) => key.startsWith('sem_seg_head.'));
  const params = new ParamStore(isOriginal ? renamed(weights, MASK2FORMER_ORIGINAL_KEYS) : weights);
  const model = new Mask2Former(params, config);
  params.verify((key) => UNUSED.some((pattern) => pattern.test(key)));
  return { model, categories, preprocessing };
}

function readOwn(where: string, json: OwnConfig): Description {
  if (json.format !== 'seg-model-1' || json.config?.model !== 'mask2former' || !Array.isArray(json.categories)) {
    throw new FormatError(`${where}: expected format seg-model-1 with a mask2former config, got ${JSON.stringify(json.format)}`);
  }
  if (json.categories.length !== json.config.numClasses) {
    throw new FormatError(`${where}: expected ${json.config.numClasses} categories, got ${json.categories.length}`);
  }
  return json;
}

function readHuggingFace(where: string, json: HuggingFaceConfig, preprocessor: HuggingFacePreprocessor | null): Description {
  if (json.model_type !== 'mask2former') {
    throw new FormatError(`${where}: expected model_type mask2former, got ${JSON.stringify(json.model_type)}`);
  }
  const config = readMask2FormerConfig(where, json);
  const labels = json.id2label ?? Object.fromEntries(Array.from({ length: config.numClasses }, (_, i) => [i, `class ${i}`]));
  const preprocessing = preprocessor ? readPreprocessing(`${where}: preprocessor`, preprocessor) : ORIGINAL_PREPROCESSING;
  return { config, categories: categoriesFromLabels(labels), preprocessing };
}
