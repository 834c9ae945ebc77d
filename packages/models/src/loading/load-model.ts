import { FormatError, type KeyMap, ParamStore, renamed } from '@seg/core';

import { type HuggingFaceMask2Former, readMask2FormerConfig } from '../mask2former/hugging-face.ts';
import { type HuggingFaceMaskFormer, readMaskFormerConfig } from '../maskformer/hugging-face.ts';
import {
  type HuggingFacePreprocessor,
  ORIGINAL_PREPROCESSING,
  type Preprocessing,
  readPreprocessing,
} from '../preprocess.ts';
import { buildModel, type ModelConfig, ORIGINAL_KEYS, type SegmentationModel } from './build-model.ts';
import { type Category, categoriesFromLabels } from './categories.ts';
import { openModelFolder, readJson, readOptionalJson } from './model-folder.ts';
import { readWeights } from './read-weights.ts';

/** Thresholds that suit a model better than those of the published rule. */
export type Inference = {
  /** Least score of a panoptic segment or an instance. */
  scoreThreshold?: number;
  /** Least part of its own area that a panoptic segment must keep. */
  overlapThreshold?: number;
};

type Description = { config: ModelConfig; categories: Category[]; preprocessing: Preprocessing; inference?: Inference };

/** A model with all that is needed to use it on images. */
export type LoadedModel = Omit<Description, 'config'> & { model: SegmentationModel };

/** `config.json` of a folder that this project wrote. */
export type OwnConfig = Description & { format: 'seg-model-1' };

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
  const { config, ...rest } = 'format' in json ? readOwn(where, json) : readHuggingFace(where, json, preprocessor);
  const weights = await readWeights(folder);
  const isOriginal = [...weights.keys()].some((key) => key.startsWith('sem_seg_head.'));
  const keyMap: KeyMap = isOriginal ? ORIGINAL_KEYS[config.model] : [];
  const params = new ParamStore(renamed(weights, keyMap));
  const model = buildModel(params, config);
  params.verify((key) => UNUSED.some((pattern) => pattern.test(key)));
  return { model, ...rest };
}

function readOwn(where: string, json: OwnConfig): Description {
  const known = Object.keys(ORIGINAL_KEYS);
  if (json.format !== 'seg-model-1' || !known.includes(json.config?.model) || !Array.isArray(json.categories)) {
    const got = `format ${JSON.stringify(json.format)}, model ${JSON.stringify(json.config?.model)}`;
    throw new FormatError(
      `${where}: expected format seg-model-1 with one of ${known.join(', ')} and categories, got ${got}`,
    );
  }
  if (json.categories.length !== json.config.numClasses) {
    throw new FormatError(`${where}: expected ${json.config.numClasses} categories, got ${json.categories.length}`);
  }
  const { config, categories, preprocessing, inference } = json;
  return { config, categories, preprocessing, inference };
}

function readHuggingFace(
  where: string,
  json: HuggingFaceConfig,
  preprocessor: HuggingFacePreprocessor | null,
): Description {
  const config = readConfig(where, json);
  const labels =
    json.id2label ?? Object.fromEntries(Array.from({ length: config.numClasses }, (_, i) => [i, `class ${i}`]));
  const preprocessing = preprocessor
    ? readPreprocessing(`${where}: preprocessor`, preprocessor)
    : ORIGINAL_PREPROCESSING;
  return { config, categories: categoriesFromLabels(labels), preprocessing };
}

function readConfig(where: string, json: HuggingFaceConfig): ModelConfig {
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
