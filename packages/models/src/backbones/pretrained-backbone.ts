import type { OptionCheck } from '@seg/checkpoint/expect-options';
import { type ParamSource, renamed, type StoredValue } from '@seg/checkpoint/safetensors';
import { ParamStore } from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';
import { A_PLACE, expectLoading } from '../load-checks.ts';
import { openWeights, type WeightOptions } from '../weights/open-weights.ts';
import { type BackboneConfig, buildBackbone } from './backbone.ts';
import { backboneKeys } from './backbone-keys.ts';
import { bareBackbone } from './bare-backbone.ts';
import { PVT_V2_B0, PVT_V2_B2, PVT_V2_B5 } from './pvt-v2.ts';
import { RESNET18, RESNET34, RESNET50, RESNET101 } from './resnet.ts';
import { SWIN_BASE, SWIN_LARGE, SWIN_SMALL, SWIN_TINY } from './swin.ts';

/** Backbones by name. */
export const BACKBONES = {
  resnet18: RESNET18,
  resnet34: RESNET34,
  resnet50: RESNET50,
  resnet101: RESNET101,
  'swin-t': SWIN_TINY,
  'swin-s': SWIN_SMALL,
  'swin-b': SWIN_BASE,
  'swin-l': SWIN_LARGE,
  'pvt-v2-b0': PVT_V2_B0,
  'pvt-v2-b2': PVT_V2_B2,
  'pvt-v2-b5': PVT_V2_B5,
} as const satisfies Record<string, BackboneConfig>;

/** Name of a backbone. */
export type BackboneName = keyof typeof BACKBONES;

/** Options of {@link createBackbone}. */
export type BackboneOptions = WeightOptions & {
  /**
   * Checkpoint of torchvision, timm, detectron2, the authors of Swin and PVTv2 or Hugging Face: a path, URL or name on a hub,
   * a source, or tensors by key. Default: none, the weights are random.
   */
  weights?: string | ParamSource | Readonly<Record<string, StoredValue>>;
};

/** A backbone alone: features of images. Owns its parameters. */
export type PretrainedBackbone = {
  /** Channels of each map. */
  readonly dims: readonly number[];
  readonly params: ParamStore;
  /**
   * @param pixels [B, H, W, 3], normalized as the weights were trained
   * @returns Maps [B, ⌈H / s⌉, ⌈W / s⌉, dims] at strides s of 4, 8, 16, 32; the caller disposes them
   */
  forward(pixels: tf.Tensor4D): tf.Tensor4D[];
  dispose(): void;
};

const WEIGHTS: OptionCheck = [
  'a path, URL or name, a source or tensors by key',
  (value) => A_PLACE[1](value) || (typeof value === 'object' && value !== null && !Array.isArray(value)),
];

/**
 * Builds a backbone by its name, with published weights. Classifiers, their pooling and counters in a checkpoint are passed
 * over, and all that is not the backbone where its keys have a prefix; every other key has to fit. Swin takes the side of its windows from the weights, and has the norms behind its stages
 * that they have: classification models have none.
 *
 * @throws CheckpointError with every missing, unexpected and misshapen key; RangeError where the name is unknown
 */
export async function createBackbone(name: BackboneName, whole: BackboneOptions = {}): Promise<PretrainedBackbone> {
  expectLoading('createBackbone', whole, { weights: WEIGHTS });
  const { weights, ...options } = whole;
  if (!Object.hasOwn(BACKBONES, name)) {
    throw new RangeError(`createBackbone: expected ${Object.keys(BACKBONES).join(', ')}, got ${name}`);
  }
  return backboneOf(BACKBONES[name], weights === undefined ? null : await sourceOf(weights, options));
}

/** Builds a backbone of any config with the weights of a source, under whatever published names. */
export function backboneOf(known: BackboneConfig, weights: ParamSource | null): PretrainedBackbone {
  const source = weights === null ? null : bareBackbone(weights);
  const { config, keyMap, isUnused } = backboneKeys(known, source);
  const params = source === null ? new ParamStore() : new ParamStore(renamed(source, keyMap));
  try {
    const { dims, forward } = bound(buildBackbone(params.root, config));
    params.verify(isUnused);
    return { dims, params, forward, dispose: () => params.dispose() };
  } catch (error) {
    params.dispose();
    throw error;
  }
}

function bound(backbone: { dims: readonly number[]; forward(pixels: tf.Tensor4D): tf.Tensor4D[] }) {
  return { dims: backbone.dims, forward: (pixels: tf.Tensor4D) => backbone.forward(pixels) };
}

async function sourceOf(
  weights: NonNullable<BackboneOptions['weights']>,
  options: WeightOptions,
): Promise<ParamSource> {
  if (typeof weights === 'string') return openWeights(weights, options);
  if (isSource(weights)) return weights;
  const tensors = new Map(Object.entries(weights));
  return {
    keys: () => tensors.keys(),
    read: (key) => tensors.get(key) ?? null,
    shape: (key) => tensors.get(key)?.shape ?? null,
  };
}

function isSource(weights: object): weights is ParamSource {
  return typeof (weights as ParamSource).keys === 'function' && typeof (weights as ParamSource).read === 'function';
}
