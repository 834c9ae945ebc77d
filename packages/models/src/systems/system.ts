import { FormatError } from '@seg/checkpoint/safetensors';
import type { ParamStore, Size, Steps } from '@seg/core';
import type { Category } from '@seg/image';
import type * as tf from '@tensorflow/tfjs-core';

import { checkFields, type FieldChecks, oneOf } from '../description/check-fields.ts';
import { type ConfigFields, checkConfig } from '../description/config-fields.ts';
import type { Inference, ModelConfig, ModelDescription } from '../description/model-description.ts';
import type { FieldTable } from '../hugging-face/field-table.ts';
import type { BatchPrediction } from '../inference/batch-prediction.ts';
import type { Rule, Task } from '../inference/task.ts';
import type { KeyNaming } from './key-naming.ts';

/** Network of a system: a class that declares its parameters in a store and maps pixels to a prediction. */
export type Network = {
  readonly params: ParamStore;
  readonly config: ModelConfig;
  /** @param pixels [B, H, W, 3], as the model's preprocessing makes them */
  forward(pixels: tf.Tensor4D): object;
  /** `forward` in steps, between which the event loop may turn. Default: one step. */
  forwardSteps?(pixels: tf.Tensor4D): Steps<object>;
  dispose(): void;
};

/** Network of any system, together with the system's inference. */
export type SegmentationModel = Network & {
  /** The system's own class, `Mask2Former` for example, with all that training asks of it. */
  readonly network: Network;
  /** Path of the tap with a vector for each query, [B, N, D]; undefined for a system without queries. */
  readonly embeddings: string | undefined;
  /** Tasks that it answers, first the one that it is for. */
  readonly tasks: readonly Task[];
  /** Publishers of a post-processing for it. */
  readonly rules: readonly Rule[];
  /** Runs a batch through the network, to be decoded image by image. */
  predict(pixels: tf.Tensor4D): BatchPrediction;
  /** Makes a prediction that was computed elsewhere one to decode: what `forward` would have given of the pixels. */
  predictionOf(outputs: object, pixels: tf.Tensor4D): BatchPrediction;
};

/** Reader of one system's configs of Hugging Face. */
export type HuggingFaceFormat = {
  /** Every field that the reader knows. */
  table: FieldTable;
  /** `model_type` in `config.json`. */
  modelType: string;
  /** @throws FormatError naming the field */
  readConfig(where: string, json: object): ModelConfig;
};

/** Record of a system, typed by its config and its network; see {@link defineSystem}. */
export type SystemDefinition<C extends ModelConfig, N extends Network, P> = {
  name: string;
  /** A check for every field of a config in a file, by `model`. */
  fields: ConfigFields<C>;
  /** Counts the classes that a config predicts, without no-object. */
  numClasses(config: C): number;
  /** Categories in the order that the network needs. Default: as they come */
  ordered?(categories: readonly Category[]): readonly Category[];
  /** A config for other categories. Default: `numClasses` becomes their number. */
  withCategories?(config: C, categories: readonly Category[]): C;
  /** Estimates the numbers alive at once in a pass over one image of a size, but for the image. */
  activations(config: C, size: Size): number;
  /** Declares the network's parameters in the store. */
  build(params: ParamStore, config: C): N;
  /** Answers of the system's inference in its paper or its authors' code; first the one that it is for. */
  tasks: readonly Task[];
  /** Fields of a description's `inference` that have a meaning for it. */
  inference: readonly (keyof Inference)[];
  /** Default: the original's alone. */
  rules?: readonly Rule[];
  predict(network: N, pixels: tf.Tensor4D): BatchPrediction;
  /** Path of the tap with a vector for each query, [B, N, D], in the order of `query` in its segments. Default: none. */
  embeddings?: string;
  /** Published namings of the weights, the authors' last. */
  keyNamings(config: C): readonly KeyNaming[];
  /** Keys, under any naming, that published files hold beside the model and inference does not use. */
  unusedKeys?: readonly RegExp[];
  huggingFace?: HuggingFaceFormat;
  /** Published models by name. */
  presets: P;
};

/** Record of a system, closed over its types: everything that loading and inference ask of it. */
export type System = Readonly<{
  name: string;
  /** Values of `model` in its configs. */
  models: readonly string[];
  /** A check for every field of a config in a file, by `model`. */
  fields: Readonly<Record<string, FieldChecks>>;
  /** Tasks that its models answer, first the one that they are for. */
  tasks: readonly Task[];
  /** Fields of a description's `inference` that have a meaning for them. */
  inference: readonly (keyof Inference)[];
  huggingFace: HuggingFaceFormat | undefined;
  presets: Readonly<Record<string, ModelDescription>>;
  unusedKeys: readonly RegExp[];
  /** Checks a config from a file. @throws FormatError naming the field */
  readConfig(where: string, json: unknown): ModelConfig;
  numClasses(config: ModelConfig): number;
  /** Other categories in the order of the classes of a model for them. */
  ordered(categories: readonly Category[]): readonly Category[];
  /** @throws FormatError where the system cannot have these categories */
  withCategories(config: ModelConfig, categories: readonly Category[]): ModelConfig;
  activations(config: ModelConfig, size: Size): number;
  keyNamings(config: ModelConfig): readonly KeyNaming[];
  build(params: ParamStore, config: ModelConfig): SegmentationModel;
}>;

/** A {@link System} that still knows the types it was defined with. */
export type DefinedSystem<C extends ModelConfig, N extends Network, P> = Omit<System, 'presets' | 'readConfig'> & {
  readonly presets: P;
  readConfig(where: string, json: unknown): C;
  /** Adds the system's inference to a network that was built by hand, to train it for example. */
  wrap(network: N): SegmentationModel;
};

/**
 * Closes a definition over its types: what comes in as a config of any model is checked and then known to be one of
 * this system's.
 */
export function defineSystem<
  C extends ModelConfig,
  N extends Network,
  const P extends Readonly<Record<string, ModelDescription>>,
>(definition: SystemDefinition<C, N, P>): DefinedSystem<C, N, P> {
  const { name, fields, tasks, rules = ['original'], unusedKeys = [], huggingFace, presets } = definition;
  const readConfig = (where: string, json: unknown): C => {
    checkConfig(where, json, fields);
    return json;
  };
  const {
    withCategories = (config: C, categories: readonly Category[]) => ({ ...config, numClasses: categories.length }),
    ordered = (categories: readonly Category[]) => categories,
  } = definition;
  const wrap = (network: N): SegmentationModel => ({
    network,
    params: network.params,
    config: network.config,
    embeddings: definition.embeddings,
    tasks,
    rules,
    forward: (pixels) => network.forward(pixels),
    predict: (pixels) => definition.predict(network, pixels),
    predictionOf: (outputs, pixels) => definition.predict(withForward(network, outputs), pixels),
    dispose: () => network.dispose(),
  });
  return {
    name,
    models: Object.keys(fields),
    fields,
    tasks,
    inference: definition.inference,
    huggingFace,
    presets,
    unusedKeys,
    readConfig,
    numClasses: (config) => definition.numClasses(readConfig(name, config)),
    ordered,
    withCategories: (config, categories) =>
      readConfig(name, withCategories(readConfig(name, config), expectCategories(name, categories))),
    activations: (config, size) => definition.activations(readConfig(name, config), size),
    keyNamings: (config) => definition.keyNamings(readConfig(name, config)),
    build: (params, config) => wrap(definition.build(params, readConfig(name, config))),
    wrap,
  };
}

/** The same network, whose pass has happened elsewhere. */
function withForward<N extends Network>(network: N, outputs: object): N {
  return Object.create(network, { forward: { value: () => outputs } }) as N;
}

/** @throws FormatError where there are none, or two have one name or id */
function expectCategories(where: string, categories: readonly Category[]): readonly Category[] {
  if (categories.length === 0) throw new FormatError(`${where}: expected at least one category, got none`);
  for (const field of ['id', 'name'] as const) {
    const values = categories.map((category) => category[field]);
    const twice = values.findIndex((value, i) => values.indexOf(value) !== i);
    if (twice !== -1)
      throw new FormatError(`${where}: expected categories of one ${field} each, got ${values[twice]} twice`);
  }
  return categories;
}

/**
 * Finds the system of a config among some.
 *
 * @throws FormatError naming the models that are known, where this one is not
 */
export function systemOf(where: string, config: unknown, systems: readonly System[]): System {
  const known = systems.flatMap(({ models }) => models);
  checkFields(where, 'config', config, { model: oneOf(...known) });
  const found = systems.find(({ models }) => models.some((model) => model === config.model));
  if (found === undefined) throw new FormatError(`${where}: expected at least one system, got none`);
  return found;
}
