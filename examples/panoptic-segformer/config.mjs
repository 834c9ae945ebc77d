import { MODEL } from '../mask2former/config.mjs';
import { CATEGORIES } from '../mask2former/scenes.mjs';

const numThingClasses = CATEGORIES.filter(({ isThing }) => isThing).length;

/** A Panoptic SegFormer small enough to learn generated scenes on two processor cores. */
export const CONFIG = {
  model: 'panoptic_segformer',
  backbone: MODEL.backbone,
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
