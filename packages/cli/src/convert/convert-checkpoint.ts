import type { ParamSource, Precision, StoredValue } from '@seg/checkpoint';
import {
  convertWeights,
  type FetchOptions,
  footprint,
  isLeftOut,
  type KeyStyle,
  type ModelDescription,
  openLocation,
  openWeights,
  PRESETS,
  type PresetName,
  readDescription,
} from '@seg/models';
import { saveModel } from '@seg/models/node';

import { writeNewFolder } from './new-folder.ts';

/** Types of numbers by the names of `--dtype`. */
export const PRECISIONS = { f32: 'float32', f16: 'float16', q8: 'int8' } as const satisfies Record<string, Precision>;

/** Options of `seg convert`. */
export type ConvertOptions = {
  /** Name of a published configuration, where no `config.json` stands with the weights. */
  preset?: string;
  dtype: keyof typeof PRECISIONS;
  keys: KeyStyle;
};

/** Listener to the progress of a conversion. */
export type ConversionWatcher = {
  onDownload?: FetchOptions['onProgress'];
  /** Called before a tensor is read: tensors done, of all, and its key. */
  onTensor?(done: number, total: number, key: string): void;
};

/** Result of a conversion. */
export type Conversion = {
  model: string;
  tensors: number;
  /** Numbers in them. */
  parameters: number;
  /** Keys of the checkpoint that are not in the result. */
  leftOut: string[];
};

/**
 * Writes a model folder from a checkpoint of any published format: all is checked before the first byte is written, and
 * no folder is there unless it is whole. Needs a started backend.
 *
 * @throws FormatError or CheckpointError with all that is wrong with the checkpoint
 */
export async function convertCheckpoint(
  input: string,
  output: string,
  options: ConvertOptions,
  watcher: ConversionWatcher = {},
): Promise<Conversion> {
  const fetching = { onProgress: watcher.onDownload };
  const description = await describe(input, options.preset, fetching);
  footprint(input, description);
  const weights = await openWeights(input, fetching);
  const converted = convertWeights(description.config, weights, options.keys);
  const precision = PRECISIONS[options.dtype];
  await writeNewFolder(output, (folder) =>
    saveModel(folder, description, tensorsOf(converted, watcher), { precision }),
  );
  const keys = [...converted.keys()];
  return {
    model: description.config.model,
    tensors: keys.length,
    parameters: keys.reduce((sum, key) => sum + converted.shape!(key)!.reduce((product, side) => product * side, 1), 0),
    leftOut: [...weights.keys()].filter((key) => isLeftOut(description.config, key)),
  };
}

async function describe(input: string, preset: string | undefined, fetching: FetchOptions): Promise<ModelDescription> {
  if (preset !== undefined) return presetOf(preset);
  const { folder } = await openLocation(input, fetching);
  if ((await folder.open('config.json')) !== null) return readDescription(folder);
  throw new Error(`convert: expected a config.json beside ${input} or --preset NAME, got neither (seg convert --help)`);
}

function presetOf(name: string): ModelDescription {
  if (Object.hasOwn(PRESETS, name)) return PRESETS[name as PresetName];
  const near = nearPresets(name);
  const some = near.length > 0 ? `, perhaps ${near.join(' or ')}` : '';
  throw new Error(`convert: expected a preset of those that seg convert --help lists${some}, got ${name}`);
}

/** Up to four presets that share most parts with a name: `swin`, `coco`. */
function nearPresets(name: string): string[] {
  const parts = name.toLowerCase().split(/[-_ ]/);
  const shared = (known: string) => known.split('-').filter((part) => parts.includes(part)).length;
  const ranked = Object.keys(PRESETS).sort((a, b) => shared(b) - shared(a));
  return ranked.filter((known) => shared(known) > 0 && shared(known) === shared(ranked[0])).slice(0, 4);
}

function* tensorsOf(source: ParamSource, { onTensor }: ConversionWatcher): Generator<[string, StoredValue]> {
  const keys = [...source.keys()];
  for (const [i, key] of keys.entries()) {
    onTensor?.(i, keys.length, key);
    yield [key, source.read(key)!];
  }
}
