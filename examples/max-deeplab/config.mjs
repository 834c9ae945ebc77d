import { TRAINING as ON_SCENES } from '@seg/example-scenes/recipe.mjs';
import { CATEGORIES, preprocessingFor, THINGS } from '@seg/example-scenes/scenes.mjs';
import { MAX_DEEPLAB_PRESETS } from '@seg/models';

/** One more than a multiple of 32: corners of all maps lie on corners of the image. */
const SIZE = 129;

const PRESET = MAX_DEEPLAB_PRESETS['coco-panoptic-s'];

/** A MaX-DeepLab-S small enough to learn generated scenes on two processor cores. */
export const MODEL = {
  ...PRESET,
  numClasses: CATEGORIES.length,
  numSlots: 24,
  memoryDim: 64,
  embeddingDim: 64,
  headDim: 64,
  encoder: {
    ...PRESET.encoder,
    stemDim: 16,
    depths: [0, 1, 1, 2, 1],
    dims: [32, 64, 128, 128, 256],
    numHeads: 4,
    ffnDim: 128,
    dropPath: { rate: 0, fromStride: 16 },
  },
};

export const TRAINING = { ...ON_SCENES, size: SIZE };

/** Classes of things, and the stride of the predictions. */
export const GRID = { things: THINGS, stride: 4 };

/** Images are brought to the size of the training. */
export const PREPROCESSING = { ...preprocessingFor(SIZE), resize: { kind: 'square', side: SIZE }, divisor: 1 };
