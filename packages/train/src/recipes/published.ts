import { type AugmentStep, augmentations } from '@seg/data';
import type { ModelConfig } from '@seg/models';

import type { ParameterGroup } from '../optimizers/parameter-groups.ts';
import { BACKBONE_KEYS } from './backbone-keys.ts';
import type { Recipe } from './recipe.ts';

/** Images of COCO train2017 that have annotations: an epoch of all recipes that count in epochs. */
const COCO_IMAGES = 117_266;

const BACKBONE_AT_A_TENTH: ParameterGroup = { keys: BACKBONE_KEYS, learningRate: 0.1 };

/** detectron2's groups without decay: norms, and every nn.Embedding, but not biases. */
const DETECTRON2_GROUPS: readonly ParameterGroup[] = [
  BACKBONE_AT_A_TENTH,
  { keys: 'norm|queries_(embedder|features)|level_embed\\.weight|position_bias_table', weightDecay: 0 },
];

/** Channels of Swin-B's first stage, from which on crops are larger (Liu et al. 2021, section 3.3). */
const SWIN_BASE_DIM = 128;

/** Both papers' schedule of what is not COCO. */
const POLY = { kind: 'poly', power: 0.9 } as const;

/** Scales of 0.5 to 2 of 1024, and crops of 512 × 1024 (Cheng et al. 2021 and 2022, the configs of Cityscapes). */
const CITYSCAPES_AUGMENT: readonly AugmentStep[] = [
  {
    kind: 'shortest-edge',
    shortestEdges: Array.from({ length: 16 }, (_, k) => Math.trunc(102.4 * (k + 5))),
    longestEdge: 4096,
  },
  { kind: 'crop', size: [512, 1024] },
  { kind: 'color' },
  { kind: 'flip' },
];

/** Channels of Swin-L's first stage (Liu et al. 2021, section 3.3). */
const SWIN_LARGE_DIM = 192;

/** The part of a backbone's config that recipes depend on. */
function backboneOf({ backbone }: ModelConfig): { type?: string; dim?: number } {
  return typeof backbone === 'object' && backbone !== null ? backbone : {};
}

/**
 * Recipe by which the authors trained a published model: numbers of the papers and of the configs of their repositories.
 *
 * @param preset Name in `PRESETS` of `@seg/models`, for the data set
 * @returns null where the model is of no system that is known
 */
export function publishedRecipe(preset: string, config: ModelConfig): Recipe | null {
  switch (config.model) {
    case 'mask2former':
      return mask2Former(preset, config);
    case 'maskformer':
      return maskFormer(preset, config);
    case 'max-deeplab':
      return maxDeepLab(preset, config);
    case 'panoptic_segformer':
      return PANOPTIC_SEGFORMER;
    default:
      return config.model.includes('solo') ? solo(config) : null;
  }
}

/** Cheng et al. 2022, section 4.1: AdamW, 1e-4, decay 0.05, clipped at 0.01; 50 epochs, 100 of Swin-L, in batches of 16. */
function mask2Former(preset: string, config: ModelConfig): Recipe {
  const shared = {
    learningRate: 1e-4,
    warmup: 0,
    weightDecay: 0.05,
    groups: DETECTRON2_GROUPS,
    clipNorm: 0.01,
    batch: 16,
    seed: 1,
  };
  if (preset.includes('coco')) {
    const [steps, milestones] =
      backboneOf(config).dim === SWIN_LARGE_DIM ? [737_500, [655_556, 710_184]] : [368_750, [327_778, 355_092]];
    return { ...shared, steps, schedule: { kind: 'step', milestones }, augment: augmentations.mask2Former(1024) };
  }
  const poly = { ...shared, schedule: POLY };
  if (preset.includes('cityscapes')) return { ...poly, steps: 90_000, augment: CITYSCAPES_AUGMENT };
  const isLarge = (backboneOf(config).dim ?? 0) >= SWIN_BASE_DIM || !preset.includes('semantic');
  return { ...poly, steps: 160_000, augment: augmentations.semantic(isLarge ? 640 : 512) };
}

/** Cheng et al. 2021, section 4.1: ADE20K in 160k steps of 16, COCO in 300 epochs of 64, a tenth of the rate behind 2/3. */
function maskFormer(preset: string, config: ModelConfig): Recipe {
  const isSwin = backboneOf(config).type === 'swin';
  const shared = { groups: DETECTRON2_GROUPS, clipNorm: 0.01, seed: 1 };
  if (preset.includes('coco')) {
    return {
      ...shared,
      ...{ steps: 554_400, batch: 64, learningRate: 1e-4, weightDecay: 1e-4, warmup: 0 },
      schedule: { kind: 'step', milestones: [369_600] },
      augment: augmentations.detr(),
    };
  }
  if (preset.includes('cityscapes')) {
    const rest = { steps: 90_000, batch: 16, learningRate: 1e-4, weightDecay: 1e-4, warmup: 0, schedule: POLY };
    return { ...shared, ...rest, augment: CITYSCAPES_AUGMENT };
  }
  const isPanoptic = preset.includes('panoptic');
  return {
    ...shared,
    ...{ steps: isPanoptic ? 720_000 : 160_000, batch: 16, schedule: POLY },
    ...(isSwin
      ? { learningRate: 6e-5, weightDecay: 0.01, warmup: 1500, warmupFactor: 1e-6 }
      : { learningRate: 1e-4, weightDecay: 1e-4, warmup: 0 }),
    augment: augmentations.semantic(isPanoptic || (backboneOf(config).dim ?? 0) >= SWIN_BASE_DIM ? 640 : 512),
  };
}

/**
 * The released checkpoints' configs of deeplab2, where the paper has RAdam and Lookahead: Adam, poly of 0.9, a tenth of the
 * rate for what ImageNet has taught.
 */
function maxDeepLab(preset: string, config: ModelConfig): Recipe {
  const encoder = config.encoder as { stem?: unknown } | undefined;
  const isSmall = encoder?.stem === 'inception';
  const side = preset.includes('1025') ? 1025 : 641;
  return {
    ...{ steps: 100_000, batch: 64, learningRate: isSmall ? 1e-3 : 3e-4, warmup: 5000, weightDecay: 0, seed: 1 },
    optimizer: { kind: 'adamw', epsilon: 1e-7 },
    schedule: { kind: 'poly', power: 0.9 },
    groups: [{ keys: '^encoder/(?!.*(transformer|extra|memory_feature))', learningRate: 0.1 }],
    augment: augmentations.maxDeepLab(side),
  };
}

/** Li et al. 2022, section 4.1: AdamW, 1.4e-4, batches of 8, 24 epochs, a tenth of the rate behind 18. */
const PANOPTIC_SEGFORMER: Recipe = {
  ...{ steps: 3 * COCO_IMAGES, batch: 8, learningRate: 1.4e-4, warmup: 0, weightDecay: 1e-4, clipNorm: 0.1, seed: 1 },
  schedule: { kind: 'step', milestones: [Math.round((18 * COCO_IMAGES) / 8)] },
  groups: [{ keys: 'backbone|sampling_offsets|reference_points', learningRate: 0.1 }],
  augment: augmentations.detr(),
};

/** Wang et al. 2020, section 4: 36 epochs in batches of 16, a tenth behind 27 and 33; the first stages are frozen. */
function solo(config: ModelConfig): Recipe {
  const epoch = Math.ceil(COCO_IMAGES / 16);
  return {
    ...{ steps: 36 * epoch, batch: 16, learningRate: 0.01, weightDecay: 1e-4, clipNorm: 35, seed: 1 },
    ...{ warmup: 500, warmupFactor: config.model === 'solov2' ? 0.01 : 1 / 3 },
    optimizer: { kind: 'sgd', momentum: 0.9 },
    schedule: { kind: 'step', milestones: [27 * epoch, 33 * epoch] },
    groups: [],
    freeze: ['^backbone\\.(embedder|encoder\\.stages\\.0)\\.'],
    augment: augmentations.solo(),
  };
}
