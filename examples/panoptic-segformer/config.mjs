import { BACKBONE } from '@seg/example-scenes/recipe.mjs';
import { CATEGORIES, THING_CATEGORIES } from '@seg/example-scenes/scenes.mjs';

const numThingClasses = THING_CATEGORIES.length;

/** A Panoptic SegFormer small enough to learn generated scenes on two processor cores. */
export const CONFIG = {
  model: 'panoptic_segformer',
  backbone: BACKBONE,
  numThingClasses,
  numStuffClasses: CATEGORIES.length - numThingClasses,
  numThingQueries: 40,
  dim: 96,
  numHeads: 4,
  numPoints: 4,
  ffnDim: 192,
  numEncoderLayers: 2,
  numLocationLayers: 3,
  numThingBlocks: 2,
  numStuffBlocks: 2,
  dropout: 0,
  maxDetections: 30,
};
