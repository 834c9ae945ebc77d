import { describeValue, FormatError } from '@seg/checkpoint';
import { type ModelFolder, readJson, readOptionalJson } from '../folder/model-folder.ts';
import { ORIGINAL_PREPROCESSING, type Preprocessing } from '../preprocess.ts';
import type { Mask2FormerConfig } from '../systems/mask2former/config.ts';
import { type HuggingFaceMask2Former, readMask2FormerConfig } from '../systems/mask2former/hugging-face.ts';
import type { MaskFormerConfig } from '../systems/maskformer/config.ts';
import { type HuggingFaceMaskFormer, readMaskFormerConfig } from '../systems/maskformer/hugging-face.ts';
import { categoriesFromLabels } from './categories.ts';
import { checkConfig } from './config-fields.ts';
import { type HuggingFacePreprocessor, readPreprocessing } from './hugging-face-preprocessing.ts';
import type { ModelDescription, OwnConfig } from './model-description.ts';
import { readOwnConfig } from './seg-config.ts';

type HuggingFaceConfig = { model_type?: string; id2label?: Record<string, string> };

/**
 * What `config.json` of a folder says of its model: this project's or Hugging Face's, with its
 * `preprocessor_config.json`.
 *
 * @throws FormatError naming the file and the field
 */
export async function readDescription(folder: ModelFolder): Promise<ModelDescription> {
  const json = await readJson<HuggingFaceConfig | OwnConfig>(folder, 'config.json');
  const where = `${folder.name}/config.json`;
  if ('format' in json) return readOwnConfig(where, json);
  const preprocessor = await readOptionalJson<HuggingFacePreprocessor>(folder, 'preprocessor_config.json');
  const preprocessing = preprocessor
    ? readPreprocessing(`${folder.name}/preprocessor_config.json`, preprocessor)
    : ORIGINAL_PREPROCESSING;
  return readHuggingFace(where, json, preprocessing);
}

function readHuggingFace(where: string, json: HuggingFaceConfig, preprocessing: Preprocessing): ModelDescription {
  const config = readConfig(where, json);
  checkConfig(where, config); // what the readers pass on as it is
  const labels =
    json.id2label ?? Object.fromEntries(Array.from({ length: config.numClasses }, (_, i) => [i, `class ${i}`]));
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
        `${where}: expected format seg-model-1 or model_type mask2former or maskformer, got ${describeValue(json.model_type)}`,
      );
  }
}
