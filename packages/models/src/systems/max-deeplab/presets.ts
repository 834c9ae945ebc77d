import type { MaxDeepLabConfig } from './config.ts';

/** Wang et al. 2021 (MaX-DeepLab), section 4.1: 128 masks, D = 128; channels of the heads by deeplab2's configs. */
const COCO = { model: 'max-deeplab', numClasses: 133, numSlots: 128, embeddingDim: 128, headDim: 256 } as const;

/**
 * Published models with their PQ on COCO val2017: first the paper's (Wang et al. 2021, Table 1), then the best of
 * deeplab2's model zoo by the official script.
 */
export const MAX_DEEPLAB_PRESETS = {
  /** PQ 48.4 at 1025 pixels; zoo: 49.0 at 1025, 47.0 at 641. ResNet-50-beta, 61.9 M parameters without semantic branch */
  'coco-panoptic-s': {
    ...COCO,
    memoryDim: 256,
    semanticBranch: 'aspp',
    encoder: {
      stem: 'inception',
      stemDim: 64,
      block: 'bottleneck',
      depths: [0, 3, 4, 6, 3],
      dims: [128, 256, 512, 1024, 2048],
      axialExpansion: { bottleneck: 2, key: 1, value: 2 },
      numHeads: 8,
      transformerStride: 32,
      transformerExpansion: 1,
      ffnDim: 2048,
      backboneStacks: { count: 0, depth: 0 },
      extraStacks: { count: 0, depth: 1 },
      dropPath: { rate: 0.2, fromStride: 16 },
    },
  },
  /** PQ 51.1 at 1025 pixels; zoo: 51.3 at 1025. Wide-ResNet-41, two decoder stacks, 451 M parameters */
  'coco-panoptic-l': {
    ...COCO,
    memoryDim: 512,
    semanticBranch: 'high-resolution',
    encoder: {
      stem: 'plain',
      stemDim: 64,
      block: 'basic',
      depths: [3, 3, 6, 3, 3],
      dims: [128, 256, 512, 1024, 2048],
      axialExpansion: { bottleneck: 4, key: 2, value: 4 },
      numHeads: 8,
      transformerStride: 16,
      transformerExpansion: 2,
      ffnDim: 2048,
      backboneStacks: { count: 1, depth: 1 },
      extraStacks: { count: 1, depth: 3 },
      dropPath: { rate: 0.2, fromStride: 4 },
    },
  },
} as const satisfies Record<string, MaxDeepLabConfig>;
