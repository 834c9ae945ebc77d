// Scenes, models and recipe of every run: small enough for a run of a minute or two on two processor cores.
import { TRAINING } from '../../examples/scenes/recipe.mjs';
import { CATEGORIES, THING_CATEGORIES } from '../../examples/scenes/scenes.mjs';

/** Side of the scenes in pixels. */
export const SIZE = 64;

/** Test scenes that a run is measured on. */
export const TEST_SCENES = 100;

/** A run that is not told otherwise. */
export const STEPS = 150;

/** Recipe of a run: the examples', shortened. */
export const recipeOf = ({ seed, steps }) => ({ ...TRAINING, size: SIZE, batch: 8, steps, warmup: 30, seed });

/** A quarter of the computing of the examples' ResNet. */
const BACKBONE = {
  type: 'resnet',
  stemDim: 16,
  depths: [1, 1, 1, 1],
  dims: [64, 128, 192, 256],
  batchNorm: 'batch',
};

const numThingClasses = THING_CATEGORIES.length;

export const MASK2FORMER = {
  model: 'mask2former',
  backbone: BACKBONE,
  numClasses: CATEGORIES.length,
  numQueries: 20,
  dim: 64,
  maskDim: 64,
  numHeads: 4,
  numPoints: 4,
  numEncoderLayers: 1,
  encoderFfnDim: 128,
  numDecoderLayers: 3,
  decoderFfnDim: 128,
};

/** Published weights; 3 % of the pixels are points, as in the example. */
export const MASK2FORMER_TERMS = {
  classWeight: 2,
  maskWeight: 5,
  diceWeight: 5,
  noObjectWeight: 0.1,
  numPoints: 128,
  oversampleRatio: 3,
  importanceRatio: 0.75,
};

/** Weight of the auxiliary semantic loss of Mask2Former and SOLOv2, in every arm. */
export const AID = { mask2former: 5, solov2: 1 };

export const PANOPTIC_SEGFORMER = {
  model: 'panoptic_segformer',
  backbone: BACKBONE,
  numThingClasses,
  numStuffClasses: CATEGORIES.length - numThingClasses,
  numThingQueries: 24,
  dim: 64,
  numHeads: 4,
  numPoints: 4,
  ffnDim: 128,
  numEncoderLayers: 1,
  numLocationLayers: 3,
  numThingBlocks: 2,
  numStuffBlocks: 2,
  dropout: 0,
  maxDetections: 20,
};

export const SOLOV2 = {
  model: 'solov2',
  backbone: BACKBONE,
  numClasses: numThingClasses,
  fpnDim: 64,
  headDim: 64,
  numHeadLayers: 2,
  kernelDim: 32,
  maskFeatureDim: 32,
  grids: [16, 12, 8, 6, 4],
  scaleRanges: [[1, 12], [8, 20], [12, 32], [20, 48], [32, 128]], // biome-ignore format: one level each
};
