import { describeValue, FormatError } from '@seg/checkpoint/safetensors';

import { type ModelFolder, readJson, readOptionalJson } from '../folder/model-folder.ts';
import { labelNames } from '../hugging-face/labels.ts';
import { type HuggingFacePreprocessor, readPreprocessing } from '../hugging-face/preprocessing.ts';
import { ORIGINAL_PREPROCESSING, type Preprocessing } from '../preprocess.ts';
import type { System } from '../systems/system.ts';
import { SYSTEMS } from '../systems/systems.ts';
import { categoriesFromLabels } from './categories.ts';
import type { ModelDescription, SegConfig } from './model-description.ts';
import { readSegConfig } from './seg-config.ts';

type HuggingFaceConfig = { model_type?: string; id2label?: Record<string, string> };

/**
 * Reads what `config.json` of a folder says of its model: this project's, or Hugging Face's with its
 * `preprocessor_config.json`.
 *
 * @param systems That it may be of. Default: those of this package
 * @throws FormatError naming the file and the field
 */
export async function readDescription(
  folder: ModelFolder,
  systems: readonly System[] = SYSTEMS,
): Promise<ModelDescription> {
  const json = await readJson<HuggingFaceConfig | SegConfig>(folder, 'config.json');
  const where = `${folder.name}/config.json`;
  if ('format' in json) return readSegConfig(where, json, systems);
  const preprocessor = await readOptionalJson<HuggingFacePreprocessor>(folder, 'preprocessor_config.json');
  const preprocessing = preprocessor
    ? readPreprocessing(`${folder.name}/preprocessor_config.json`, preprocessor)
    : ORIGINAL_PREPROCESSING;
  return readHuggingFace(where, json, preprocessing, systems);
}

function readHuggingFace(
  where: string,
  json: HuggingFaceConfig,
  preprocessing: Preprocessing,
  systems: readonly System[],
): ModelDescription {
  const formats = systems.flatMap((system) => (system.huggingFace ? [{ system, format: system.huggingFace }] : []));
  const found = formats.find(({ format }) => format.modelType === json.model_type);
  if (found === undefined) {
    const known = formats.map(({ format }) => format.modelType).join(' or ');
    throw new FormatError(
      `${where}: expected format seg-model-1 or model_type ${known}, got ${describeValue(json.model_type)}`,
    );
  }
  const { system, format } = found;
  const config = system.readConfig(where, format.readConfig(where, json)); // checks what the reader passes on as it is
  const labels = labelNames(json.id2label, system.numClasses(config));
  return { config, categories: categoriesFromLabels(labels), preprocessing };
}
