import { LAYERS, listOf, oneOf, PART, SIZE } from '../../description/check-fields.ts';
import type { ConfigFields } from '../../description/config-fields.ts';

/** All that determines the shape of a MaX-DeepLab. Plain data, stored with the weights. */
export type MaxDeepLabConfig = {
  model: 'max-deeplab';
  /** Without void. */
  numClasses: number;
  /** N, the most masks that an image can have. */
  numSlots: number;
  /** Channels of the memory. */
  memoryDim: number;
  /** D, channels that pixels and masks are compared in. */
  embeddingDim: number;
  /** Channels of the heads' separable convolutions, of the semantic decoder too. */
  headDim: number;
  encoder: MaxEncoderConfig;
  /** `aspp` reads the end of stage 5 through a decoder of its own (S), `high-resolution` a map at stride 4 (L). */
  semanticBranch: 'aspp' | 'high-resolution';
};

/** The dual-path network. Wang et al. 2021 (MaX-DeepLab), section 3.3 and figure A.9. */
export type MaxEncoderConfig = {
  /** Three convolutions (`inception`) or one. */
  stem: 'inception' | 'plain';
  stemDim: number;
  /** Of convolutional blocks: `bottleneck` is 1×1, 3×3, 1×1 with a quarter of the channels, `basic` two of 3×3. */
  block: 'bottleneck' | 'basic';
  /** Blocks of stages 1 to 5; stage 1 of an Inception stem has none. */
  depths: readonly [number, number, number, number, number];
  /** Output channels of stages 1 to 5. */
  dims: readonly [number, number, number, number, number];
  /** Channels of axial attention's input, keys and values, each over a quarter of the block's output channels. */
  axialExpansion: { bottleneck: number; key: number; value: number };
  /** Of axial attention and transformers. */
  numHeads: number;
  /** From this stride on, counted as if every stage halved the resolution, transformers stand behind the blocks. */
  transformerStride: number;
  /** A transformer's channels over an eighth of its block's output channels. */
  transformerExpansion: number;
  /** Channels of the memory's feed-forward networks. */
  ffnDim: number;
  /** Up-and-down passes of the backbone's decoder, and behind it, each with the blocks of every stage. */
  backboneStacks: { count: number; depth: number };
  extraStacks: { count: number; depth: number };
  /** Probability that training drops the last branches, and the stride from which on it drops any. */
  dropPath: { rate: number; fromStride: number };
};

/** A check for each field of MaxDeepLabConfig in a file. */
export const MAX_DEEPLAB_FIELDS: ConfigFields<MaxDeepLabConfig> = {
  'max-deeplab': {
    numClasses: SIZE,
    numSlots: SIZE,
    memoryDim: SIZE,
    embeddingDim: SIZE,
    headDim: SIZE,
    encoder: {
      stem: oneOf('inception', 'plain'),
      stemDim: SIZE,
      block: oneOf('bottleneck', 'basic'),
      depths: listOf(LAYERS, 5),
      dims: listOf(SIZE, 5),
      axialExpansion: { bottleneck: SIZE, key: SIZE, value: SIZE },
      numHeads: SIZE,
      transformerStride: SIZE,
      transformerExpansion: SIZE,
      ffnDim: SIZE,
      backboneStacks: { count: LAYERS, depth: LAYERS },
      extraStacks: { count: LAYERS, depth: LAYERS },
      dropPath: { rate: PART, fromStride: SIZE },
    },
    semanticBranch: oneOf('aspp', 'high-resolution'),
  },
};
