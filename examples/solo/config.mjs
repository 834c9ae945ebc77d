import { BACKBONE, TRAINING as ON_SCENES } from '@seg/example-scenes/recipe.mjs';
import { THING_CATEGORIES } from '@seg/example-scenes/scenes.mjs';
import { SOLO_LOSS, SOLOV2_LOSS } from '@seg/losses';

const GRIDS = [16, 12, 8, 6, 4];

/** Scales of each level's objects, in pixels. All masks of SOLOv2 have places of 4 pixels. */
const SOLOV2_GRIDS = {
  grids: GRIDS,
  scaleRanges: [[1, 24], [16, 40], [24, 64], [40, 96], [64, 256]], // biome-ignore format: one level each
};

/** Masks of SOLO have places of 4, 4, 8, 16 and 16 pixels: as published, 12 of them or more across an object. */
const SOLO_GRIDS = {
  grids: GRIDS,
  scaleRanges: [[1, 40], [24, 96], [64, 192], [128, 384], [256, 512]], // biome-ignore format: one level each
};

const COMMON = {
  backbone: BACKBONE,
  numClasses: THING_CATEGORIES.length,
  fpnDim: 96,
  headDim: 96,
  numHeadLayers: 2,
};

/** SOLOs small enough to learn generated scenes on two processor cores. */
export const MODELS = {
  solov2: { model: 'solov2', ...COMMON, ...SOLOV2_GRIDS, kernelDim: 64, maskFeatureDim: 64 },
  solo: { model: 'solo', ...COMMON, ...SOLO_GRIDS },
};

/** The published losses on grids of small images. */
export const LOSSES = {
  solov2: { ...SOLOV2_LOSS, ...SOLOV2_GRIDS },
  solo: { ...SOLO_LOSS, ...SOLO_GRIDS },
};

/** `semanticWeight` and `emptyWeight` are those of the auxiliary semantic loss and of background in it. */
export const TRAINING = { ...ON_SCENES, steps: 1500, semanticWeight: 1, emptyWeight: 0.25 };

/** SOLO learns its masks cell by cell, and takes longer. */
const RECIPES = { solov2: TRAINING, solo: { ...TRAINING, steps: 4800 } };

/** The model that a command line names: solov2 unless told. */
export function modelNamed(name = 'solov2') {
  if (Object.hasOwn(MODELS, name)) {
    return { name, config: MODELS[name], loss: LOSSES[name], recipe: RECIPES[name] };
  }
  throw new Error(`expected ${Object.keys(MODELS).join(' or ')}, got ${name}`);
}
